using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Datasets;

/// <summary>A data set made for a test, in a folder that goes with it.</summary>
internal sealed class Drop : IDisposable
{
    public const int Width = 32;
    public const int Height = 24;

    private readonly TempFolder folder = new();
    private int seed;

    public string Path => folder["set"];

    public string Out => folder["out"];

    public DatasetSpec Spec { get; init; } = new() { Name = "test", Layout = "pairs", Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1) };

    public DatasetOptions Options { get; init; } = new() { Concurrency = 2, ShardBytes = 1 << 16 };

    /// <summary>Half of the mask of the first value, half of the second.</summary>
    public static Func<int, int, int> Halves(int left, int right) => (x, _) => x < Width / 2 ? left : right;

    public static DatasetSpec Of(string layout, SplitSpec? split = null, LabelSpec? labels = null) => new()
    {
        Name = "test",
        Layout = layout,
        Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1),
        Split = split ?? new SplitSpec(),
        Labels = labels,
    };

    public Drop Image(string path, int? own = null, int width = Width, int height = Height)
    {
        var image = Painted(own ?? ++seed, width, height);
        return Bytes(path, path.EndsWith(".png", StringComparison.Ordinal) ? PhotoEncoder.Png(image) : PhotoEncoder.Jpeg(image, 95));
    }

    public Drop Ids(string path, Func<int, int, int> id, int width = Width, int height = Height) =>
        Bytes(path, GrayPng.Encode([.. Pixels(width, height).Select(p => (byte)id(p.X, p.Y))], width, height));

    public Drop Palette(string path, Func<int, int, int> id, LabelCatalogue colors) =>
        Bytes(path, MaskPng.Encode([.. Pixels(Width, Height).Select(p => (byte)id(p.X, p.Y))], Width, Height, colors));

    public Drop Colors(string path, Func<int, int, int> color, int width = Width, int height = Height) =>
        Bytes(path, PhotoEncoder.Png(Picture(color, width, height)));

    public Drop Text(string path, string text) => Bytes(path, Encoding.UTF8.GetBytes(text));

    public Drop Bytes(string path, byte[] bytes)
    {
        var full = System.IO.Path.Combine(Path, path);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, bytes);
        return this;
    }

    public Task<DatasetReport> CheckAsync(DatasetSpec? spec = null) =>
        new DatasetCurator(TimeProvider.System).CheckAsync(new LocalFolderFiles(Path), spec ?? Spec, Options, null, null, TestContext.Current.CancellationToken);

    public Task<CurationResult> CurateAsync(DatasetSpec? spec = null) =>
        new DatasetCurator(TimeProvider.System).CurateAsync(new LocalFolderFiles(Path), spec ?? Spec, Options, Out, null, TestContext.Current.CancellationToken);

    public Task<CurationResult> CurateAsync(IDatasetFiles files) =>
        new DatasetCurator(TimeProvider.System).CurateAsync(files, Spec, Options, Out, null, TestContext.Current.CancellationToken);

    public async Task<CuratedSet> CuratedAsync(DatasetSpec? spec = null)
    {
        var (report, set) = await CurateAsync(spec);
        report.ThrowIfUnusable();
        return set!;
    }

    public void Dispose() => folder.Dispose();

    public static RgbImage Picture(Func<int, int, int> color, int width = Width, int height = Height)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            var rgb = color(i % width, i / width);
            (pixels[3 * i], pixels[(3 * i) + 1], pixels[(3 * i) + 2]) = ((byte)(rgb >> 16), (byte)(rgb >> 8), (byte)rgb);
        }

        return new RgbImage(width, height, pixels);
    }

    /// <summary>Coloured blocks by lot: pictures of different seeds do not resemble each other.</summary>
    public static RgbImage Painted(int seed, int width = Width, int height = Height)
    {
        var random = new Random(seed);
        var blocks = Enumerable.Range(0, 16 * 12).Select(_ => random.Next(1 << 24)).ToArray();
        return Picture((x, y) => blocks[(x * 16 / width) + (y * 12 / height * 16)], width, height);
    }

    public static FaultGroup? Find(DatasetReport report, FaultKind kind) => report.Faults.FirstOrDefault(group => group.Kind == kind);

    public static long PixelsOf(DatasetReport report, string name) => report.Classes.Single(label => label.Name == name).Pixels;

    private static IEnumerable<(int X, int Y)> Pixels(int width, int height) =>
        Enumerable.Range(0, width * height).Select(i => (i % width, i / width));
}
