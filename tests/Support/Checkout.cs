namespace RoadSeg.Tests;

/// <summary>Where tests find files: in the repository, and in the data beside it.</summary>
public static class Checkout
{
    /// <summary>The folder of RoadSeg.Functions.sln.</summary>
    public static string Root { get; } = Find(AppContext.BaseDirectory);

    /// <summary>A file or folder of the repository.</summary>
    public static string File(string path) => Path.Combine(Root, path);

    /// <summary>A file or folder of <c>../shared</c>: models and data that are not the repository's own. Where it is missing the
    /// test is skipped, and on a build server (CI=true) it fails.</summary>
    public static string Shared(string path)
    {
        var full = Path.GetFullPath(Path.Combine(Root, "..", "shared", path));
        if (!Path.Exists(full))
        {
            var reason = $"../shared/{path} is missing; put the data beside the checkout.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return full;
    }

    private static string Find(string folder) => System.IO.File.Exists(Path.Combine(folder, "RoadSeg.Functions.sln"))
        ? folder
        : Find(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie below RoadSeg.Functions.sln."));
}
