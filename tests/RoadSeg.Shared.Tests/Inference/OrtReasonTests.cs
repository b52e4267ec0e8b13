using RoadSeg.Inference;

namespace RoadSeg.Tests.Inference;

public sealed class OrtReasonTests
{
    [Fact]
    public void Nodes_keep_their_names_and_libraries_lose_their_folders()
    {
        const string said = "[ErrorCode:Fail] Node (/backbone/layer1/conv) Op (Conv): "
            + "Failed to load library /app/runtimes/native/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file:\n No such file or directory";
        Assert.Equal(
            "Node (/backbone/layer1/conv) Op (Conv): Failed to load library libonnxruntime_providers_cuda.so "
            + "with error: libcublasLt.so.13: cannot open shared object file: No such file or directory",
            OrtReason.Of(new InvalidOperationException(said)));
    }
}
