using System.Text.RegularExpressions;
using Microsoft.Extensions.Primitives;
using RoadSeg.Errors;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Jobs;

/// <summary>What a caller may say about a job beside the photo, checked; whether there is such a model is for
/// <see cref="Models.ModelCatalogue"/> to say.</summary>
internal sealed partial record SubmissionOptions(
    string? Model,
    IReadOnlyDictionary<string, string>? Tags,
    JobPrivacy? Privacy,
    string? Webhook,
    JobDetail? Detail = null
)
{
    /// <summary>What a form can hold of them.</summary>
    public static readonly IReadOnlyList<string> Names = ["model", "tag", "privacy", "detail", "webhook"];

    private const int MaxTags = 16;
    private const int MaxTagValue = 256;

    /// <summary>From the parameters of a query or the fields of a form: <c>model</c>, <c>privacy</c>, <c>detail</c>, <c>webhook</c>,
    /// and any number of <c>tag=name:value</c>.</summary>
    /// <exception cref="RoadSegException">request-invalid, webhooks-disabled or webhook-url-invalid.</exception>
    public static SubmissionOptions Of(IEnumerable<KeyValuePair<string, StringValues>> parameters, WebhookOptions webhooks)
    {
        string? model = null,
            webhook = null;
        JobPrivacy? privacy = null;
        JobDetail? detail = null;
        var tags = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, values) in parameters)
        {
            switch (name)
            {
                case "model":
                    model = Single(name, values);
                    break;
                case "privacy":
                    privacy = JobPrivacies.Parse(Single(name, values)) ?? throw NoPrivacy();
                    break;
                case "detail":
                    detail = JobDetails.Parse(Single(name, values)) ?? throw NoDetail();
                    break;
                case "webhook":
                    webhook = Single(name, values);
                    break;
                case "tag":
                    foreach (var tag in values)
                    {
                        var colon = tag?.IndexOf(':', StringComparison.Ordinal) ?? -1;
                        if (colon < 0 || !tags.TryAdd(tag![..colon], tag[(colon + 1)..]))
                            throw new RoadSegException(ErrorCodes.RequestInvalid, "Write each 'tag' as name:value, every name once.");
                    }

                    break;
            }
        }

        return Checked(model, tags.Count == 0 ? null : tags, privacy, webhook, webhooks, detail);
    }

    /// <summary>The same, from a JSON body.</summary>
    public static SubmissionOptions Checked(
        string? model,
        IReadOnlyDictionary<string, string>? tags,
        JobPrivacy? privacy,
        string? webhook,
        WebhookOptions webhooks,
        JobDetail? detail = null
    )
    {
        if (
            tags is not null
            && (tags.Count > MaxTags || tags.Any(tag => !TagName().IsMatch(tag.Key) || tag.Value is null || tag.Value.Length > MaxTagValue))
        )
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"At most {MaxTags} tags; names of 1 to 64 letters, digits, '.', '_' or '-', values of at most {MaxTagValue} characters."
            );

        // The reader of JSON takes numbers too.
        if (privacy is { } given && !Enum.IsDefined(given))
            throw NoPrivacy();
        if (detail is { } wanted && !Enum.IsDefined(wanted))
            throw NoDetail();
        return new SubmissionOptions(
            model,
            tags,
            privacy,
            webhook is null ? null : WebhookUrl.Validate(webhook, webhooks),
            detail == JobDetail.Normal ? null : detail
        );
    }

    private static RoadSegException NoPrivacy() =>
        new(ErrorCodes.RequestInvalid, $"'privacy' is one of {string.Join(", ", JobPrivacies.Names)}.");

    private static RoadSegException NoDetail() =>
        new(ErrorCodes.RequestInvalid, $"'detail' is one of {string.Join(", ", JobDetails.Names)}.");

    private static string Single(string name, StringValues values) =>
        values is [{ Length: > 0 } value]
            ? value
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"Give '{name}' once, with a value.");

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex TagName();
}
