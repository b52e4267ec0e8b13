using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>How closely a photo is looked at.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<JobDetail>))]
public enum JobDetail
{
    /// <summary>The model runs once, over the whole photo at the model's input size.</summary>
    [JsonStringEnumMemberName("normal")]
    Normal,

    /// <summary>It runs over overlapping tiles nearer to the photo's own resolution as well: see <see cref="JobEstimate"/> for how
    /// often.</summary>
    [JsonStringEnumMemberName("high")]
    High,
}
