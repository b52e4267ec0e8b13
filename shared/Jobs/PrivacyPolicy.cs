using RoadSeg.Redaction;

namespace RoadSeg.Jobs;

/// <summary>What a deployment demands of every photo, whichever way it comes and whatever its sender asks for.</summary>
/// <param name="Demanded">The wishes that all jobs have; null for none.</param>
/// <param name="Classes">Classes that are obscured where redaction is demanded, as <see cref="JobRecord.Redact"/> has them.</param>
public sealed record PrivacyPolicy(JobPrivacy? Demanded = null, IReadOnlyList<string>? Classes = null)
{
    /// <summary>A new job's record with what is demanded. A caller can add to it and take nothing away; applied again it changes
    /// nothing.</summary>
    public JobRecord Of(JobRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        var (privacy, redact) = Of(record.Privacy, record.Redact);
        return record with { Privacy = privacy, Redact = redact };
    }

    /// <summary>The same, before there is a record.</summary>
    public (JobPrivacy? Privacy, IReadOnlyList<string>? Redact) Of(JobPrivacy? privacy, IReadOnlyList<string>? redact) =>
        Demanded is not { } demanded ? (privacy, redact)
        : !demanded.HasFlag(JobPrivacy.Redact) ? ((privacy ?? 0) | demanded, redact)
        : ((privacy ?? 0) | demanded, privacy.Has(JobPrivacy.Redact) ? Both(redact) : Classes);

    private IReadOnlyList<string>? Both(IReadOnlyList<string>? asked) =>
        Classes is null && asked is null
            ? null
            : [.. (Classes ?? [RedactedClasses.Default]).Concat(asked ?? [RedactedClasses.Default]).Distinct(StringComparer.Ordinal)];
}
