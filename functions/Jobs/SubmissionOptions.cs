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
    IReadOnlyList<string>? Redact = null,
    JobDetail? Detail = null
)
{
    /// <summary>What a form can hold of them.</summary>
    public static readonly IReadOnlyList<string> Names = ["model", "tag", "privacy", "redact", "detail", "webhook"];

    private const int MaxTags = 16;
    private const int MaxTagValue = 256;
    private const int MaxClasses = 32;
    private const int MaxClassName = 64;

    /// <summary>From the parameters of a query or the fields of a form: <c>model</c>, <c>detail</c>, <c>webhook</c>, any number of
    /// <c>tag=name:value</c>, and <c>privacy</c> and <c>redact</c>, whose words come with commas or one by one.</summary>
    /// <exception cref="RoadSegException">request-invalid, webhooks-disabled or webhook-url-invalid.</exception>
    public static SubmissionOptions Of(IEnumerable<KeyValuePair<string, StringValues>> parameters, WebhookOptions webhooks)
    {
        string? model = null,
            webhook = null;
        string? privacy = null;
        IReadOnlyList<string>? redact = null;
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
                    privacy = privacy is null ? Joined(values) : $"{privacy},{Joined(values)}";
                    break;
                case "redact":
                    redact = [.. redact ?? [], .. Joined(values).Split(',', StringSplitOptions.TrimEntries)];
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

        var wishes = privacy is null ? (JobPrivacy?)null : JobPrivacies.Parse(privacy) ?? throw NoPrivacy();
        return Checked(model, tags.Count == 0 ? null : tags, wishes, redact, webhook, webhooks, detail);
    }

    /// <summary>The same, from a JSON body.</summary>
    public static SubmissionOptions Checked(
        string? model,
        IReadOnlyDictionary<string, string>? tags,
        JobPrivacy? privacy,
        IReadOnlyList<string>? redact,
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

        if (redact is not null)
        {
            if (
                redact.Count is 0 or > MaxClasses
                || redact.Any(static name => name is null || name.Length is 0 or > MaxClassName || name.Any(char.IsControl))
            )
                throw new RoadSegException(
                    ErrorCodes.RequestInvalid,
                    $"'redact' is 1 to {MaxClasses} names of classes of 1 to {MaxClassName} characters; without it people, riders and "
                        + "vehicles are redacted."
                );

            // To name what is to be obscured is to ask for it.
            privacy = (privacy ?? 0) | JobPrivacy.Redact;
        }

        // The reader of JSON takes numbers too.
        if (detail is { } wanted && !Enum.IsDefined(wanted))
            throw NoDetail();
        return new SubmissionOptions(
            model,
            tags,
            privacy,
            webhook is null ? null : WebhookUrl.Validate(webhook, webhooks),
            redact,
            detail == JobDetail.Normal ? null : detail
        );
    }

    /// <summary>These with what the deployment demands.</summary>
    public SubmissionOptions Under(PrivacyPolicy policy)
    {
        var (privacy, redact) = policy.Of(Privacy, Redact);
        return this with { Privacy = privacy, Redact = redact };
    }

    private static RoadSegException NoPrivacy() =>
        new(ErrorCodes.RequestInvalid, $"'privacy' is one of {string.Join(", ", JobPrivacies.Names)}.");

    private static RoadSegException NoDetail() =>
        new(ErrorCodes.RequestInvalid, $"'detail' is one of {string.Join(", ", JobDetails.Names)}.");

    // The type's own text leaves out what is empty.
    private static string Joined(StringValues values) => string.Join(',', values.ToArray());

    private static string Single(string name, StringValues values) =>
        values is [{ Length: > 0 } value]
            ? value
            : throw new RoadSegException(ErrorCodes.RequestInvalid, $"Give '{name}' once, with a value.");

    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex TagName();
}
