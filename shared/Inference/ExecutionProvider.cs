using System.Text.Json.Serialization;

namespace RoadSeg.Inference;

/// <summary>Where a graph runs.</summary>
public enum ExecutionProvider
{
    /// <summary>ONNX Runtime's CPU provider.</summary>
    [JsonStringEnumMemberName("cpu")]
    Cpu,

    /// <summary>ONNX Runtime's CUDA provider; where it cannot be had, loading fails.</summary>
    [JsonStringEnumMemberName("cuda")]
    Cuda,
}
