using RoadSeg.Jobs;

namespace RoadSeg.Storage;

/// <summary>File names of a result.</summary>
public static class ResultFiles
{
    /// <summary>8-bit palette PNG of class ids at the photo's oriented size.</summary>
    public const string Mask = "mask.png";

    /// <summary>8-bit grey PNG of the confidence of each pixel, at the mask's size; there is none of models that give class ids.</summary>
    public const string Confidence = "confidence.png";

    /// <summary>Class summary (<see cref="ResultSummary"/>).</summary>
    public const string Summary = "summary.json";

    /// <summary>All three one after the other, as <see cref="ResultLayout"/> says. Results from before that are three files.</summary>
    public const string Whole = "result";
}
