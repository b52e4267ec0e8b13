using RoadSeg.Capture;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Jobs;

/// <summary>Which jobs of a list are asked for; all that is given must hold.</summary>
internal sealed record JobSearch
{
    private const int LongestName = 255;

    /// <summary>The state they are in.</summary>
    public JobState? State { get; init; }

    /// <summary>Notes that they have, each of this value.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; init; } = [];

    /// <summary>A part of the photo's name, in either case.</summary>
    public string? Name { get; init; }

    /// <summary>They were made then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>They were made before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Their photos were taken within it.</summary>
    public GeoBox? Box { get; init; }

    /// <summary>Their photos say where they were taken.</summary>
    public bool Located { get; init; }

    /// <summary>True where most jobs of a list may be others.</summary>
    public bool IsSelective => Tags.Count > 0 || Name is not null || Until is not null || Box is not null || Located;

    /// <summary>Reads the parameters of a request.</summary>
    /// <exception cref="RoadSegException">request-invalid.</exception>
    public static JobSearch Read(string? state, string[]? tags, string? name, string? since, string? until, string? bbox)
    {
        JobState? wanted = null;
        if (state is not null && (wanted = JobStates.Parse(state)) is null)
            throw Invalid($"The parameter 'state' is one of {string.Join(", ", JobStates.Names)}.");
        if (name is { Length: 0 or > LongestName })
            throw Invalid($"The parameter 'name' is a part of the photo's name, of 1 to {LongestName} characters.");
        return new JobSearch
        {
            State = wanted,
            Tags = [.. (tags ?? []).Select(Tag)],
            Name = name,
            Since = Time(since, "since"),
            Until = Time(until, "until"),
            Box = bbox is null ? null : GeoBox.Parse(bbox) ?? throw Invalid($"The parameter 'bbox' is {GeoBox.Form}."),
        };
    }

    /// <summary>Whether a job is one of them.</summary>
    public bool Matches(JobRecord job) =>
        (State is null || job.State == State)
        && (Since is null || job.Times.CreatedAt >= Since)
        && (Until is null || job.Times.CreatedAt < Until)
        && (Name is null || job.Source.FileName?.Contains(Name, StringComparison.OrdinalIgnoreCase) == true)
        && (!Located || job.Captured?.Position is not null)
        && (Box is null || (job.Captured?.Position is { } place && Box.Contains(place)))
        && Tags.All(tag => job.Tags?.TryGetValue(tag.Key, out var value) == true && value == tag.Value);

    private static KeyValuePair<string, string> Tag(string tag) =>
        tag.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? KeyValuePair.Create(tag[..colon], tag[(colon + 1)..])
            : throw Invalid("Write each 'tag' as name:value.");

    private static DateTimeOffset? Time(string? text, string name)
    {
        if (text is null)
            return null;
        return Rfc3339Time.TryParse(text, out var time)
            ? time
            : throw Invalid($"The parameter '{name}' is a time such as 2026-01-31T12:00:00Z, or a date.");
    }

    private static RoadSegException Invalid(string detail) => new(ErrorCodes.RequestInvalid, detail);
}
