namespace RoadSeg.Jobs;

/// <summary>Wall time of each piece of work in milliseconds; null where it was not reached.</summary>
public sealed record StageMilliseconds
{
    /// <summary>Preparing: reading the photo from storage.</summary>
    public double? Read { get; init; }

    /// <summary>Preparing: header, decode, orientation, resize.</summary>
    public double? Decode { get; init; }

    /// <summary>Preparing: storing the model input.</summary>
    public double? Store { get; init; }

    /// <summary>Segmenting: taking the job (the input is read meanwhile).</summary>
    public double? Claim { get; init; }

    /// <summary>Segmenting: what was left of reading the model input when the job was taken.</summary>
    public double? Fetch { get; init; }

    /// <summary>Segmenting: waiting for the model, other runs before this one included.</summary>
    public double? Wait { get; init; }

    /// <summary>Segmenting: the model's run.</summary>
    public double? Infer { get; init; }

    /// <summary>Segmenting: upsampling, confidence and argmax at the photo's size.</summary>
    public double? Upsample { get; init; }

    /// <summary>Segmenting: encoding the mask.</summary>
    public double? Encode { get; init; }

    /// <summary>Segmenting: storing the result files.</summary>
    public double? Commit { get; init; }
}
