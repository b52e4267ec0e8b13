namespace RoadSeg.Jobs;

/// <summary>Wall time of each piece of work in milliseconds; null where it was not reached.</summary>
public sealed record StageMilliseconds
{
    /// <summary>PreprocessUpload: reading the photo from storage.</summary>
    public double? Read { get; init; }

    /// <summary>PreprocessUpload: header, decode, orientation, resize.</summary>
    public double? Decode { get; init; }

    /// <summary>PreprocessUpload: storing the model input.</summary>
    public double? Store { get; init; }

    /// <summary>SegmentImage: taking the job (the input is read meanwhile).</summary>
    public double? Claim { get; init; }

    /// <summary>SegmentImage: what was left of reading the model input when the job was taken.</summary>
    public double? Fetch { get; init; }

    /// <summary>SegmentImage: waiting for the model, other runs before this one included.</summary>
    public double? Wait { get; init; }

    /// <summary>SegmentImage: the model's run.</summary>
    public double? Infer { get; init; }

    /// <summary>SegmentImage: upsampling, confidence and argmax at the photo's size.</summary>
    public double? Upsample { get; init; }

    /// <summary>SegmentImage: encoding the mask.</summary>
    public double? Encode { get; init; }

    /// <summary>SegmentImage: storing the result files.</summary>
    public double? Commit { get; init; }
}
