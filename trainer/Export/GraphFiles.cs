using RoadSeg.Models;

namespace RoadSeg.Trainer.Export;

internal static class GraphFiles
{
    /// <summary>model.onnx, model.fp16.onnx, model.int8.onnx.</summary>
    public static string NameOf(Precision precision) =>
        precision switch
        {
            Precision.Fp16 => "model.fp16.onnx",
            Precision.Int8 => "model.int8.onnx",
            _ => "model.onnx",
        };
}
