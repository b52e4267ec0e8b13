using System.Security.Cryptography;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests.Packaging;

public sealed class ModelPackageWriterTests : IDisposable
{
    private static readonly ModelDescription Tiny = TinyModels.Description;
    private readonly TempFolder folder = new();
    private readonly ModelPackageWriter writer = new(new FixedTime());

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_version_is_the_time_and_the_start_of_the_graphs_hash()
    {
        var graph = TinyModels.Graph();

        var package = writer.Write(folder["p"], Tiny, Files(graph));

        Assert.Equal($"20260203T040506Z-{Convert.ToHexStringLower(SHA256.HashData(graph))[..12]}", package.Manifest.Version);
        Assert.Equal(new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero), package.Manifest.CreatedAt);
        Assert.Equal(["p"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void An_existing_folder_stays_as_it_is_unless_told_otherwise()
    {
        writer.Write(folder["p"], Tiny, Files(TinyModels.Graph()));

        Assert.Throws<IOException>(() => writer.Write(folder["p"], Tiny with { Name = "other" }, Files(TinyModels.Graph())));
        Assert.Equal("tiny", ModelPackage.Load(folder["p"]).Manifest.Name);

        writer.Write(folder["p"], Tiny with { Name = "other" }, Files(TinyModels.Graph()), replace: true);
        Assert.Equal("other", ModelPackage.Load(folder["p"]).Manifest.Name);
        Assert.Equal(["p"], Directory.GetFileSystemEntries(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_description_that_names_a_file_that_is_not_given_leaves_nothing_behind()
    {
        var error = Assert.Throws<RoadSegException>(() =>
            writer.Write(folder["p"], Tiny with { SelfTest = new("in.png", "mask.png", 0.9) }, Files(TinyModels.Graph())));

        Assert.Contains("selfTest.input names 'in.png'", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_file_name_that_leaves_the_folder_is_refused()
    {
        var files = Files(TinyModels.Graph());
        files["../escaped"] = new byte[] { 1 };

        Assert.Throws<RoadSegException>(() => writer.Write(folder["p"], Tiny, files));

        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Packing_a_folder_makes_the_golden_mask_and_can_be_repeated_in_place()
    {
        var source = folder["source"];
        Directory.CreateDirectory(source);
        var model = Tiny with { SelfTest = new("in.png", "mask.png", 1) };
        writer.Write(folder["made"], model, WithSelfTest(TinyModels.Graph()));
        File.Copy(Path.Combine(folder["made"], "manifest.json"), Path.Combine(source, "manifest.json"));
        File.Copy(Path.Combine(folder["made"], "in.png"), Path.Combine(source, "in.png"));
        File.WriteAllBytes(Path.Combine(source, "model.onnx"), TinyModels.Graph());

        var packed = ModelPacker.Pack(source, folder["packed"], new FixedTime());
        var again = ModelPacker.Pack(folder["packed"], folder["packed"], new FixedTime(), replace: true);

        using var engine = SegmentationEngine.Load(again);
        Assert.Equal(1, engine.SelfTest()!.Agreement);
        Assert.All([packed, again], package => Assert.InRange(package.Manifest.SelfTest!.CpuMilliseconds!.Value, 0.001, 60_000));
        Assert.Equal(packed.Manifest.Files, again.Manifest.Files);
        Assert.Equal(["in.png", "mask.png", "model.onnx"], again.Manifest.Files.Keys);
    }

    [Fact]
    public void Packing_refuses_a_graph_that_fails_its_self_test_and_keeps_the_old_package()
    {
        writer.Write(folder["p"], Tiny with { SelfTest = new("in.png", "mask.png", 0.9) }, WithSelfTest(TinyModels.Graph()));
        File.WriteAllBytes(Path.Combine(folder["p"], "model.onnx"), TinyModels.Graph([0, 1, 0, 1, 0, 0, 0, 0, 1]));
        var before = File.ReadAllBytes(Path.Combine(folder["p"], "manifest.json"));

        var error = Assert.Throws<RoadSegException>(() => ModelPacker.Pack(folder["p"], folder["p"], new FixedTime(), replace: true));

        Assert.Contains("failed its self-test", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(Path.Combine(folder["p"], "manifest.json")));
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> Files(byte[] graph) => new() { ["model.onnx"] = graph };

    private static Dictionary<string, ReadOnlyMemory<byte>> WithSelfTest(byte[] graph)
    {
        var image = TinyModels.Noise(32, 32, 1);
        return new()
        {
            ["model.onnx"] = graph,
            ["in.png"] = PhotoEncoder.Png(image),
            ["mask.png"] = MaskPng.Encode(TinyModels.BrightestChannel(image), 32, 32, Tiny.Labels),
        };
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
    }
}
