using RoadSeg.Torch.Interop;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(RoadSeg.Torch.Tests.LibTorchFixture))]
// Live tensors and default generators belong to the process: tests that count or seed them must not overlap.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace RoadSeg.Torch.Tests;

/// <summary>Loads libtorch once. Without it tests skip on a developer's machine and fail where CI is set.</summary>
public sealed class LibTorchFixture
{
    private static readonly Lazy<string?> Missing = new(() =>
    {
        try
        {
            _ = LibTorch.Version;
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or NotSupportedException)
        {
            return e.Message;
        }
    });

    public static void Require()
    {
        if (Missing.Value is not { } reason)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
    }
}

/// <summary>The base of tests that compute: libtorch or skip, and no tensor alive afterwards that was not before.</summary>
public abstract class TorchTest : IDisposable
{
    private readonly long before;

    protected TorchTest()
    {
        LibTorchFixture.Require();
        before = TorchSharp.torch.Tensor.TotalCount;
    }

    public void Dispose()
    {
        Assert.Equal(before, TorchSharp.torch.Tensor.TotalCount);
        GC.SuppressFinalize(this);
    }
}
