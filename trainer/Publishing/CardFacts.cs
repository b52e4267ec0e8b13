using RoadSeg.Datasets.Curation;
using RoadSeg.Labels;

namespace RoadSeg.Trainer.Publishing;

/// <summary>What the author of a model says about it; the rest of the card is measured.</summary>
/// <param name="Name">Package name: lower-case letters, digits, dashes.</param>
/// <param name="DataSet">Name of the data set and the split scored.</param>
/// <param name="Licence">Licence of the weights and what it means.</param>
/// <param name="Origin">Where the initial weights came from.</param>
/// <param name="Limits">What to expect of it and what not.</param>
/// <param name="Source">The data set as metrics name it, such as <c>camvid</c> or <c>name/version</c> of a curated set.</param>
internal sealed record CardFacts(string Name, string DataSet, string Licence, string Origin, string Limits, string Source)
{
    private const string CamVidLicence =
        "For research and evaluation only: trained on CamVid (Cambridge-driving Labeled Video Database, the 11-class form of the SegNet "
        + "papers), whose frames are licensed CC BY-NC 4.0. Do not use the weights commercially.";

    private const string CamVidLimits = """
        CamVid's validation split is one contiguous clip of about 7 seconds, from a drive that also supplies 204 of the training frames: it is easy,
        says little about other drives, and is not comparable with published CamVid results, which are on the test split.
        Daylight streets of one English city, seen from a car: expect poor results at night, in snow, from the pavement or from above, and on thin
        things such as poles. There is no class for lane markings or animals: such pixels become whichever class fits least badly.
        Not for driving, nor for any decision about people.
        """;

    private static readonly string[] CamVidClasses =
    [
        "sky",
        "building",
        "pole",
        "road",
        "pavement",
        "tree",
        "sign-symbol",
        "fence",
        "car",
        "pedestrian",
        "bicyclist",
    ];

    /// <summary>Of a curated set: what its manifest says.</summary>
    public static CardFacts Of(CuratedSet set, string name, string origin)
    {
        var manifest = set.Manifest;
        var source = $"{manifest.Name}/{set.Version}";
        return new CardFacts(
            name,
            $"{source} val ({set.Labels.Count} classes)",
            manifest.Licence.Length > 0
                ? $"Trained on '{manifest.Name}': {manifest.Licence}"
                : $"Trained on '{manifest.Name}', whose description states no licence: ask its owner before you pass the weights on.",
            origin,
            "Known from the scores above alone: expect poor results on whatever the data set does not show. Not for driving, nor for any "
                + "decision about people.",
            source
        );
    }

    /// <summary>Of the 11-class CamVid; null for a folder of other classes, of which nothing is known.</summary>
    public static CardFacts? OfCamVid(LabelCatalogue labels, string name, string origin) =>
        labels.HasClasses(CamVidClasses)
            ? new CardFacts(name, "CamVid val (11 classes)", CamVidLicence, origin, CamVidLimits, "camvid")
            : null;
}
