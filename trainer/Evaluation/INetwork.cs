using RoadSeg.Imaging;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Evaluation;

/// <summary>Whatever gives logits for a picture: the network in libtorch, or a graph in ONNX Runtime.</summary>
internal interface INetwork
{
    /// <returns>Float [1, classes, h, w], in the caller's dispose scope.</returns>
    Tensor Logits(RgbImage picture);
}
