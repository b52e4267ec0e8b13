using System.Text.Json.Serialization;
using RoadSeg.Datasets.Comparison;

namespace RoadSeg.Datasets.Audits;

/// <summary>What an audit found, and a page of its regions.</summary>
/// <param name="Photos">Photos that were held against the model.</param>
/// <param name="LabelledPixels">Their pixels whose label the model could say.</param>
/// <param name="DisputedPixels">Those of them where it says another class.</param>
/// <param name="Pairs">Disputed pixels by label (from) and what the model says (to), the most first.</param>
/// <param name="Skipped">What could not be audited.</param>
/// <param name="Notes">What a person should know.</param>
/// <param name="Found">Disputed regions that were found; the worst are listed.</param>
/// <param name="Items">Regions, the worst first.</param>
/// <param name="Next">What to ask for as <c>after</c> for the next page; null after the last.</param>
public sealed record AuditRegionPage(
    int Photos,
    long LabelledPixels,
    long DisputedPixels,
    [property: JsonRequired] IReadOnlyList<ChangedPair> Pairs,
    [property: JsonRequired] IReadOnlyList<SkippedPhoto> Skipped,
    [property: JsonRequired] IReadOnlyList<string> Notes,
    long Found,
    [property: JsonRequired] IReadOnlyList<AuditRegionView> Items,
    int? Next
)
{
    /// <summary>A page of an audit.</summary>
    /// <param name="audit">The audit.</param>
    /// <param name="after">Regions before it, from 0.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="pictured">How many of the first have a picture.</param>
    public static AuditRegionPage Of(DatasetAudit audit, int after, int limit, int pictured)
    {
        ArgumentNullException.ThrowIfNull(audit);
        var crops = AuditView.AddressOf(audit.Name, audit.Version) + "/crops/";
        var end = (int)Math.Min(audit.Regions.Count, (long)after + limit);
        return new AuditRegionPage(
            audit.Photos,
            audit.LabelledPixels,
            audit.DisputedPixels,
            audit.Pairs,
            audit.Skipped,
            audit.Notes,
            audit.Found,
            [
                .. audit
                    .Regions.Skip(after)
                    .Take(limit)
                    .Select(
                        (region, i) =>
                            new AuditRegionView(
                                after + i + 1,
                                region.Id,
                                region.Split.ToString().ToLowerInvariant(),
                                region.Box,
                                region.Pixels,
                                region.Label,
                                region.Likely,
                                region.Score,
                                region.Confidence,
                                after + i < pictured ? crops + region.Crop : null
                            )
                    ),
            ],
            end < audit.Regions.Count ? end : null
        );
    }
}
