using System.Runtime.CompilerServices;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Libtorch;
using Xunit.Sdk;
using Xunit.v3;

// The tests share libtorch's threads and its random generator.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace RoadSeg.Trainer.Tests;

internal static class TestSetUp
{
    [ModuleInitializer]
    internal static void Load()
    {
        VipsLibrary.Initialize();

        // The networks here are tiny: a second thread would mostly wait for the first, and on busy machines for much longer.
        TorchLibrary.Load(threads: 1);
    }
}
