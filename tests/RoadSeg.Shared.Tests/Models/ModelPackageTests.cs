using System.Text;
using Microsoft.Win32.SafeHandles;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests.Models;

public sealed class ModelPackageTests : IDisposable
{
    private readonly TempFolder folder = new();
    private readonly string package;

    public ModelPackageTests()
    {
        package = folder["tiny"];
        new ModelPackageWriter(TimeProvider.System).Write(package, TinyModels.Description, Files());
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Loads_when_every_file_is_as_the_manifest_says()
    {
        var loaded = ModelPackage.Load(package);

        Assert.Equal("tiny", loaded.Manifest.Name);
        Assert.Equal(TinyModels.Graph(), loaded.ReadFile("model.onnx"));
        using var engine = SegmentationEngine.Load(loaded);
    }

    [Fact]
    public void A_file_cut_short_is_refused()
    {
        using (var file = File.OpenWrite(Graph))
            file.SetLength(file.Length - 1);
        Refused("'model.onnx' has ");
    }

    [Fact]
    public void A_flipped_bit_is_refused()
    {
        Flip();
        Refused("'model.onnx' has SHA-256 ");
    }

    [Fact]
    public void A_missing_file_is_refused()
    {
        File.Delete(Graph);
        Refused("'model.onnx' is missing");
    }

    [Fact]
    public void A_file_that_only_people_read_is_verified_too()
    {
        File.WriteAllText(Path.Combine(package, "card.md"), "Card.");
        Refused("'card.md' has SHA-256 ");
    }

    [Fact]
    public void A_folder_without_a_manifest_or_no_folder_is_refused()
    {
        File.Delete(Path.Combine(package, "manifest.json"));
        Refused("'manifest.json' is missing");
        Directory.Delete(package, recursive: true);
        Refused("'manifest.json' is missing");
    }

    [Fact]
    public void A_giant_manifest_is_refused_unread()
    {
        using (SafeFileHandle file = File.OpenHandle(Path.Combine(package, "manifest.json"), FileMode.Open, FileAccess.Write))
            RandomAccess.SetLength(file, 3L << 30);
        Refused("'manifest.json' is larger than");
    }

    [Fact]
    public void A_file_replaced_after_loading_is_caught_when_it_is_read()
    {
        var loaded = ModelPackage.Load(package);
        Flip();

        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(loaded));

        Assert.Contains("'model.onnx' has SHA-256 ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_listed_is_not_handed_out()
    {
        File.WriteAllText(Path.Combine(package, "extra.txt"), "x");
        var loaded = ModelPackage.Load(package);

        Assert.Throws<RoadSegException>(() => loaded.ReadFile("extra.txt"));
        Assert.Throws<RoadSegException>(() => loaded.PathOf("../tiny/model.onnx"));
    }

    private string Graph => Path.Combine(package, "model.onnx");

    private static Dictionary<string, ReadOnlyMemory<byte>> Files() => new()
    {
        ["model.onnx"] = TinyModels.Graph(),
        ["card.md"] = Encoding.UTF8.GetBytes("card."),
    };

    private void Flip()
    {
        var bytes = File.ReadAllBytes(Graph);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(Graph, bytes);
    }

    private void Refused(string because)
    {
        var error = Assert.Throws<RoadSegException>(() => ModelPackage.Load(package));
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(folder.Path, error.Message, StringComparison.Ordinal);
    }
}
