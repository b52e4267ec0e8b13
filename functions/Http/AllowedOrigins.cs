using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace RoadSeg.Functions.Http;

/// <summary>Web apps of other origins whose scripts may call the API: Cross-Origin Resource Sharing (WHATWG Fetch, 3.2). Setting
/// ROADSEG_ALLOWED_ORIGINS: <c>https://app.example,http://localhost:5173</c>, or <c>*</c> for all; none by default.</summary>
/// <param name="Origins">As browsers send them: scheme, host, and port where it is not the scheme's own.</param>
internal sealed record AllowedOrigins(IReadOnlyList<string> Origins)
{
    private const string Setting = "ROADSEG_ALLOWED_ORIGINS";

    // What of an answer a script may read beside its body.
    private static readonly string[] Exposed =
    [
        "Content-Disposition",
        "Content-Range",
        "ETag",
        "Location",
        "Preference-Applied",
        "Retry-After",
        "X-Next",
    ];

    private static readonly TimeSpan PreflightKept = TimeSpan.FromHours(1);

    /// <exception cref="InvalidOperationException">An entry is no origin.</exception>
    public static AllowedOrigins Read(IConfiguration settings)
    {
        var entries = (settings[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var entry in entries)
        {
            if (
                entry != "*"
                && (!Uri.TryCreate(entry, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || Origin(uri) != entry)
            )
                throw new InvalidOperationException(
                    $"{Setting} has the entry '{entry}': write origins as browsers send them, such as https://app.example or "
                        + "http://localhost:5173, in lower case and without a path, or * for all."
                );
        }

        return new AllowedOrigins(entries);
    }

    /// <summary>Answers preflight requests, and says in every answer which origin may read it. Keys come in a header that scripts set:
    /// cookies and other credentials are never asked for.</summary>
    public void Use(IApplicationBuilder app)
    {
        if (Origins.Count == 0)
            return;
        app.Use(
            static (context, next) =>
            {
                context.Response.OnStarting(VaryAsync, context.Response);
                return next(context);
            }
        );
        app.UseCors(policy =>
            (Origins.Contains("*") ? policy.AllowAnyOrigin() : policy.WithOrigins([.. Origins]))
                .WithMethods("GET", "HEAD", "POST", "PUT", "DELETE")
                .AllowAnyHeader()
                .WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(PreflightKept)
        );
    }

    // An answer that an <img> had is kept without the header that a script needs: it is another answer for a script.
    private static Task VaryAsync(object answer)
    {
        var headers = ((HttpResponse)answer).Headers;
        if (!headers.Vary.Any(static names => names?.Contains(HeaderNames.Origin, StringComparison.OrdinalIgnoreCase) == true))
            headers.Append(HeaderNames.Vary, HeaderNames.Origin);
        return Task.CompletedTask;
    }

    private static string Origin(Uri uri) =>
        uri.IsDefaultPort
            ? $"{uri.Scheme}://{uri.IdnHost}"
            : string.Create(CultureInfo.InvariantCulture, $"{uri.Scheme}://{uri.IdnHost}:{uri.Port}");
}
