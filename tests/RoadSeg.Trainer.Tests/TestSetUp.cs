using System.Runtime.CompilerServices;
using RoadSeg.Imaging;
using RoadSeg.Tests.Trainer;
using static TorchSharp.torch;

// The tests share libtorch's threads and its random generator.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

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

/// <summary>A folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("roadseg-trainer-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

internal static class Repository
{
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A file of the data shared beside the checkout; without it the test is skipped, except on a build server.</summary>
    public static string Shared(string path)
    {
        var full = Path.Combine(Root, "..", "shared", path);
        if (!Path.Exists(full))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail($"{path} is missing beside the checkout.");
            Assert.Skip($"{path} is not beside this checkout.");
        }

        return full;
    }

    private static string Find(string folder) => File.Exists(Path.Combine(folder, "RoadSeg.Functions.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests run inside the repository."));
}
