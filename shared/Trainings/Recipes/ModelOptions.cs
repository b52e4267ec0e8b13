using RoadSeg.Errors;

namespace RoadSeg.Trainings.Recipes;

/// <summary>Everything that decides a network's layers. Stored in every checkpoint; two models with equal options have equal parameter
/// names and shapes.</summary>
public sealed record ModelOptions
{
    /// <summary>Encoder. Default mobilenet-v2.</summary>
    public Backbone Backbone { get; init; } = Backbone.MobileNetV2;

    /// <summary>Input pixels per pixel of the deepest features: 8 or 16. Default 16.</summary>
    public int OutputStride { get; init; } = 16;

    /// <summary>Dilations of the 3x3 ASPP branches, 0 to 8 of them, each 1-64. Default 6, 12, 18, 24.</summary>
    public IReadOnlyList<int> AsppRates { get; init; } = [6, 12, 18, 24];

    /// <summary>Channels of each ASPP branch and of their projection, 8-1024. Default 256.</summary>
    public int AsppChannels { get; init; } = 256;

    /// <summary>Share of ASPP outputs dropped in training, 0-0.9. Default 0.1.</summary>
    public double AsppDropout { get; init; } = 0.1;

    /// <summary>Channels that the stride-4 features are projected to, 8-256. Default 48.</summary>
    public int LowLevelChannels { get; init; } = 48;

    /// <summary>Channels of the two 3x3 decoder convolutions, 8-1024. Default 256.</summary>
    public int DecoderChannels { get; init; } = 256;

    /// <summary>Depthwise-separable 3x3 convolutions in ASPP and decoder, as the paper has them. Default false.</summary>
    public bool SeparableHead { get; init; }

    /// <summary>A second classifier on mid-depth features, used by the loss only. Default false.</summary>
    public bool AuxiliaryHead { get; init; }

    /// <summary>Classes, 2-255.</summary>
    public int Classes { get; init; } = 11;

    /// <inheritdoc/>
    public bool Equals(ModelOptions? other) =>
        other is not null
        && Backbone == other.Backbone
        && OutputStride == other.OutputStride
        && AsppRates.SequenceEqual(other.AsppRates)
        && AsppChannels == other.AsppChannels
        && AsppDropout.Equals(other.AsppDropout)
        && LowLevelChannels == other.LowLevelChannels
        && DecoderChannels == other.DecoderChannels
        && SeparableHead == other.SeparableHead
        && AuxiliaryHead == other.AuxiliaryHead
        && Classes == other.Classes;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Backbone, OutputStride, AsppRates.Count, AsppChannels, DecoderChannels, Classes);

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="RoadSegException">training-invalid: names the field and what it may be.</exception>
    public void Validate()
    {
        RecipeRule.That(OutputStride is 8 or 16, $"outputStride is 8 or 16, not {OutputStride}.");
        RecipeRule.That(AsppRates.Count <= 8 && AsppRates.All(r => r is >= 1 and <= 64), "asppRates are up to 8 numbers of 1 to 64.");
        RecipeRule.InRange(AsppChannels, 8, 1024);
        RecipeRule.InRange(AsppDropout, 0, 0.9);
        RecipeRule.InRange(LowLevelChannels, 8, 256);
        RecipeRule.InRange(DecoderChannels, 8, 1024);
        RecipeRule.InRange(Classes, 2, 255);
    }
}
