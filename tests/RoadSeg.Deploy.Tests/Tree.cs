using System.Diagnostics;

namespace RoadSeg.Deploy.Tests;

/// <summary>The files that are the repository's own.</summary>
internal static class Tree
{
    public static string Root => Checkout.Root;

    /// <summary>Paths of the checkout's own files with forward slashes: what git tracks, and what it will once it is added.</summary>
    public static IReadOnlySet<string> Files { get; } = Git("ls-files", "--cached", "--others", "--exclude-standard")
        .Where(file => File.Exists(At(file))).ToHashSet(StringComparer.Ordinal);

    /// <summary>Debug or Release: as these tests are built, so is what they are built with.</summary>
    public static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    public static string At(params string[] path) => Path.Combine([Root, .. path]);

    public static string Read(params string[] path) => File.ReadAllText(At(path));

    public static bool Has(string path) => Files.Contains(path) || Files.Any(file => file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal));

    private static string[] Git(params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, "-c", "core.quotePath=false", .. arguments]) { RedirectStandardOutput = true })!;
        var output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries) : throw new InvalidOperationException("git ls-files failed.");
    }
}
