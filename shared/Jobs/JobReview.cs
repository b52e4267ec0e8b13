using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What a person made of a job's mask: who, when, and how many pixels. The mask itself lies beside the result.</summary>
/// <param name="Version">Names this very mask: in quotes it is the ETag of <c>/v1/jobs/{id}/review</c>.</param>
/// <param name="By">Who: the name that was given with it, or the caller's.</param>
/// <param name="At">When it was saved.</param>
/// <param name="Changed">Pixels that differ from the model's own mask.</param>
/// <param name="Unknown">Pixels of value 255, of which nobody can say the class.</param>
/// <param name="Classes">Every class of the model, in id order; their pixels and the unknown ones sum to the photo's.</param>
public sealed record JobReview(
    [property: JsonRequired] string Version,
    [property: JsonRequired] string By,
    DateTimeOffset At,
    long Changed,
    long Unknown,
    [property: JsonRequired] IReadOnlyList<ReviewedClass> Classes
)
{
    /// <summary>Pixel value that is no class: nobody can say what it is.</summary>
    public const byte UnknownId = 255;
}
