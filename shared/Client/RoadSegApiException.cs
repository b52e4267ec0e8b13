using System.Net;

namespace RoadSeg.Client;

/// <summary>The service, or the storage behind an upload key, refused a call. Connection failures stay <see cref="HttpRequestException"/>
/// and <see cref="TimeoutException"/>.</summary>
public sealed class RoadSegApiException : Exception
{
    /// <summary>A refusal.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="code">Code of <c>docs/errors.md</c> or of storage; null when something else answered.</param>
    /// <param name="detail">What is wrong and what to do.</param>
    /// <param name="retryable">True when the same call may succeed later.</param>
    /// <param name="retryAfter">When to try again, as the service asks; null when it does not say.</param>
    /// <param name="inner">What caused it.</param>
    public RoadSegApiException(
        HttpStatusCode status,
        string? code,
        string detail,
        bool retryable = false,
        TimeSpan? retryAfter = null,
        Exception? inner = null
    )
        : base(code is null ? detail : $"{code}: {detail}", inner)
    {
        Status = status;
        Code = code;
        Detail = detail;
        Retryable = retryable;
        RetryAfter = retryAfter;
    }

    /// <summary>HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>Stable code of <c>docs/errors.md</c> to switch on, or storage's own code for a refused upload; null when the answer was no
    /// problem document, as from a proxy.</summary>
    public string? Code { get; }

    /// <summary>This occurrence: what is wrong and what to do.</summary>
    public string Detail { get; }

    /// <summary>True when the same call may succeed later. The client has then tried as often as its <see cref="RetryPolicy"/>
    /// allows.</summary>
    public bool Retryable { get; }

    /// <summary>How long to wait before the next try, as the service asks; null when it does not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
