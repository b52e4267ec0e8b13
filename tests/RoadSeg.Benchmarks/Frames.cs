using RoadSeg.Cli.Stack;

namespace RoadSeg.Benchmarks;

/// <summary>The photos that are measured with.</summary>
internal static class Frames
{
    /// <summary>CamVid frames where the data set lies beside the checkout; otherwise the bundled photo over and over.</summary>
    public static (string Name, IReadOnlyList<byte[]> Files) Take(int count)
    {
        var camvid = Path.GetFullPath(Path.Combine(Workspace.Root, "..", "shared", "data", "camvid"));
        if (!Directory.Exists(camvid))
            return ($"{count} copies of samples/street.jpg", [.. Enumerable.Repeat(File.ReadAllBytes(Workspace.SamplePhoto), count)]);
        var files = Split("val").Concat(Split("train"));
        return ($"{count} CamVid frames, 480x360 PNG", [.. files.Take(count).Select(File.ReadAllBytes)]);

        IEnumerable<string> Split(string name) => Directory.EnumerateFiles(Path.Combine(camvid, name), "*.png").Order(StringComparer.Ordinal);
    }
}
