using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>What can be wrong with a file. A closed list; <c>docs/datasets.md</c> has a line for each.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FaultKind>))]
public enum FaultKind
{
    /// <summary>Skipped: an image, but no mask of its identifier.</summary>
    [JsonStringEnumMemberName("image-without-mask")]
    ImageWithoutMask,

    /// <summary>Skipped: a mask, but no image of its identifier.</summary>
    [JsonStringEnumMemberName("mask-without-image")]
    MaskWithoutImage,

    /// <summary>Skipped: two files have one identifier.</summary>
    [JsonStringEnumMemberName("identifier-twice")]
    IdentifierTwice,

    /// <summary>Skipped: a list names a file that is not there.</summary>
    [JsonStringEnumMemberName("listed-file-missing")]
    ListedFileMissing,

    /// <summary>Skipped: a picture that no list names.</summary>
    [JsonStringEnumMemberName("file-unlisted")]
    FileUnlisted,

    /// <summary>Skipped: a record of a list lacks something, or holds it in another form.</summary>
    [JsonStringEnumMemberName("record-unreadable")]
    RecordUnreadable,

    /// <summary>Skipped: the image is empty, broken, too large or of no known format.</summary>
    [JsonStringEnumMemberName("image-unreadable")]
    ImageUnreadable,

    /// <summary>Skipped: the mask is empty, broken, too large or of no form that holds labels.</summary>
    [JsonStringEnumMemberName("mask-unreadable")]
    MaskUnreadable,

    /// <summary>Skipped: image and mask differ in size.</summary>
    [JsonStringEnumMemberName("size-mismatch")]
    SizeMismatch,

    /// <summary>Skipped: every pixel of the image is the same.</summary>
    [JsonStringEnumMemberName("image-constant")]
    ImageConstant,

    /// <summary>Skipped: no pixel of the mask has a label.</summary>
    [JsonStringEnumMemberName("mask-unlabelled")]
    MaskUnlabelled,

    /// <summary>Skipped: the same bytes as an image before it.</summary>
    [JsonStringEnumMemberName("image-duplicate")]
    ImageDuplicate,

    /// <summary>Kept: the image nearly equals one of another split, so what is learned leaks into what is measured.</summary>
    [JsonStringEnumMemberName("near-duplicate-across-splits")]
    NearDuplicateAcrossSplits,

    /// <summary>Kept: one class covers all of the mask.</summary>
    [JsonStringEnumMemberName("mask-constant")]
    MaskConstant,

    /// <summary>Kept, those pixels unlabelled: values that the label map does not know.</summary>
    [JsonStringEnumMemberName("unknown-values")]
    UnknownValues,

    /// <summary>Kept, those pixels unlabelled: values that mean several classes.</summary>
    [JsonStringEnumMemberName("ambiguous-values")]
    AmbiguousValues,

    /// <summary>Kept, those pixels unlabelled: blends of two labels along their borders; the mask was resized or drawn with
    /// smoothing.</summary>
    [JsonStringEnumMemberName("mask-antialiased")]
    MaskAntialiased,

    /// <summary>Kept, unknown pixels unlabelled: the mask is stored with loss (JPEG, WebP), so its values are not the labels
    /// drawn.</summary>
    [JsonStringEnumMemberName("mask-lossy")]
    MaskLossy,

    /// <summary>Kept, those pixels unlabelled: labels lie over each other and no order was given.</summary>
    [JsonStringEnumMemberName("labels-overlap")]
    LabelsOverlap,

    /// <summary>Kept: the image is stored turned (EXIF); its mask is taken to be of the upright picture.</summary>
    [JsonStringEnumMemberName("image-turned")]
    ImageTurned,

    /// <summary>Kept: shapes of several labels lie over each other; the one on top has the pixels.</summary>
    [JsonStringEnumMemberName("shapes-overlap")]
    ShapesOverlap,

    /// <summary>Kept: shapes reach outside the picture; what lies outside is cut off.</summary>
    [JsonStringEnumMemberName("shapes-clipped")]
    ShapesClipped,

    /// <summary>Kept: an outline crosses itself; what it goes round twice is not filled.</summary>
    [JsonStringEnumMemberName("shapes-crossing")]
    ShapesCrossing,
}
