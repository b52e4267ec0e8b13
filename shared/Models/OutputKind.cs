using System.Text.Json.Serialization;

namespace RoadSeg.Models;

/// <summary>What a graph's output holds.</summary>
public enum OutputKind
{
    /// <summary>One score per class and cell, before softmax: 16-, 32- or 64-bit floats.</summary>
    [JsonStringEnumMemberName("logits")]
    Logits,

    /// <summary>The class id of each cell (whole numbers of any type), shape [batch, height, width] or with one channel;
    /// no confidence.</summary>
    [JsonStringEnumMemberName("class-ids")]
    ClassIds,

    /// <summary>One probability per class and cell, after softmax: a cell's sum to 1.</summary>
    [JsonStringEnumMemberName("probabilities")]
    Probabilities,

    /// <summary>One probability per cell for each class but the background, each for itself, after sigmoid. A pixel has the class of its
    /// greatest one, or the background where that is below the threshold.</summary>
    [JsonStringEnumMemberName("sigmoid")]
    Sigmoid,

    /// <summary>The same before sigmoid.</summary>
    [JsonStringEnumMemberName("sigmoid-logits")]
    SigmoidLogits,
}
