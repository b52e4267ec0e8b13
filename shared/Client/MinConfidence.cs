using System.Globalization;

namespace RoadSeg.Client;

/// <summary>How sure the model must be of a pixel for its class to stand; pixels below are 255, unknown. A result whose model tells no
/// confidence is refused with confidence-unavailable.</summary>
public sealed record MinConfidence
{
    private readonly string? _all;

    /// <summary>The same for every class.</summary>
    /// <param name="all">0 (every pixel has its class) to 1; checked by the service.</param>
    public MinConfidence(double all)
        : this(Text(all)) { }

    private MinConfidence(string all) => _all = all;

    /// <summary>What the card of the job's own model states: from where on a class was right at 95 %, on the data that it was scored
    /// on.</summary>
    public static MinConfidence OfCard { get; } = new("card");

    /// <summary>Class name to its own least confidence, where it differs.</summary>
    public IReadOnlyDictionary<string, double> Classes { get; init; } = new Dictionary<string, double>();

    internal IEnumerable<(string Name, string? Value)> Parameters() =>
        [("minConfidence", _all), .. Classes.Select(floor => ("minConfidence", (string?)$"{floor.Key}:{Text(floor.Value)}"))];

    private static string Text(double share) => share.ToString("0.####", CultureInfo.InvariantCulture);
}
