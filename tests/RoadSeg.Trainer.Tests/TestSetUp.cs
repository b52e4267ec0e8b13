using System.Runtime.CompilerServices;
using RoadSeg.Imaging;
using RoadSeg.Tests.Trainer;
using Xunit.Sdk;
using Xunit.v3;
using static TorchSharp.torch;

// The tests share libtorch's threads and its random generator.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace RoadSeg.Tests.Trainer;

internal static class TestSetUp
{
    [ModuleInitializer]
    internal static void Load()
    {
        VipsLibrary.Initialize();

        // The networks here are tiny: a second thread would mostly wait for the first, and on busy machines for much longer.
        set_num_threads(1);
    }
}
