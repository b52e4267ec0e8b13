using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>Where a dropped data set stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DatasetState>))]
public enum DatasetState
{
    /// <summary>It is being checked and curated.</summary>
    [JsonStringEnumMemberName("checking")]
    Checking,

    /// <summary>The named version can be trained on.</summary>
    [JsonStringEnumMemberName("ready")]
    Ready,

    /// <summary>It cannot be used; the report says why. An earlier version stays.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}
