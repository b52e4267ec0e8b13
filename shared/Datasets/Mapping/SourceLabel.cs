namespace RoadSeg.Datasets.Mapping;

/// <summary>A label as its source lists it.</summary>
/// <param name="Key">Id, or colour as 0xRRGGBB.</param>
/// <param name="Name">The source's name.</param>
/// <param name="Target">Class of the preset's catalogue; <see cref="Ignore"/>; or null when the preset does not say.</param>
internal sealed record SourceLabel(int Key, string Name, string? Target)
{
    public const string Ignore = "ignore";
}
