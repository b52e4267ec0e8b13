using System.Text.Json.Serialization;

namespace RoadSeg.Trainings.Recipes;

/// <summary>How classes weigh in the loss.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClassWeighting>))]
public enum ClassWeighting
{
    /// <summary>All alike.</summary>
    [JsonStringEnumMemberName("none")]
    None,

    /// <summary>By the median frequency over their own.</summary>
    [JsonStringEnumMemberName("median-frequency")]
    MedianFrequency,

    /// <summary>By the inverse logarithm of their share, as ENet has it.</summary>
    [JsonStringEnumMemberName("enet")]
    ENet,
}
