namespace RoadSeg.Tests.Models;

/// <summary>Where tests find files: in the repository, in the data beside it, in folders of their own.</summary>
internal static class TestFiles
{
    private static readonly string Root = FindRoot();

    /// <summary>A file or folder of the repository.</summary>
    public static string Repository(string path) => Path.Combine(Root, path);

    /// <summary>A file or folder of <c>../shared</c>: models and data that are not the repository's own. Where it is missing the
    /// test is skipped, and on a build server (CI=true) it fails.</summary>
    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        if (Path.Exists(full))
            return full;
        var reason = $"../shared/{path} is missing; put the data beside the checkout.";
        if (Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.Skip(reason);
        throw new InvalidOperationException(reason);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RoadSeg.Functions.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("The tests do not lie below RoadSeg.Functions.sln.");
    }
}

/// <summary>A folder that goes with the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("roadseg-test-").FullName;

    public string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
