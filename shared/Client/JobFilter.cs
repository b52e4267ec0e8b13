using RoadSeg.Capture;
using RoadSeg.Jobs;

namespace RoadSeg.Client;

/// <summary>Which jobs to list; all that is given must hold.</summary>
public sealed record JobFilter
{
    /// <summary>The state they are in.</summary>
    public JobState? State { get; init; }

    /// <summary>Notes that they have, each of this value.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>A part of the photo's name, in either case.</summary>
    public string? Name { get; init; }

    /// <summary>They were made then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>They were made before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Their photos were taken within it.</summary>
    public GeoBox? Box { get; init; }

    internal IEnumerable<(string Name, string? Value)> Parameters() =>
        [
            ("state", State?.Name()),
            .. (Tags ?? new Dictionary<string, string>()).Select(tag => ("tag", (string?)$"{tag.Key}:{tag.Value}")),
            ("name", Name),
            ("since", Since?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
            ("until", Until?.UtcDateTime.ToString("O", System.Globalization.CultureInfo.InvariantCulture)),
            ("bbox", Box?.ToString()),
        ];
}
