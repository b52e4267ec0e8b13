using System.Buffers.Binary;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Packaging;

namespace RoadSeg.Tests.Inference;

/// <summary>External data: what new exporters write by default. Faults: it was refused as a broken export; and from bytes ONNX Runtime read it from the
/// process's working directory, outside the manifest's hashes.</summary>
public sealed class OutsideWeightsTests : IDisposable
{
    private const string DataFile = "model.onnx.data";
    private static readonly ModelDescription Tiny = TinyModels.Description;
    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(0, true)]
    [InlineData(64, true)]
    [InlineData(64, false)]
    public void Are_packed_hashed_and_loaded_with_the_graph(int offset, bool stated)
    {
        var reference = new List<(string, string)> { ("offset", $"{offset}"), ("checksum", "0") };
        if (stated)
            reference.Add(("length", "36"));
        Source(Graph(DataFile, [.. reference]), (DataFile, Data(offset, 1)));

        var package = ModelPacker.Pack(folder["source"], folder["packed"], TimeProvider.System);

        Assert.Equal(["model.onnx", DataFile], package.Manifest.Files.Keys.Order(StringComparer.Ordinal));
        using var engine = SegmentationEngine.Load(ModelPackage.Load(folder["packed"]));
        engine.CheckExport();
        var image = TinyModels.Noise(16, 16, 1);
        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 16, 16).ClassIds);
    }

    [Fact]
    public void Are_part_of_the_version()
    {
        string Version(float scale)
        {
            var files = new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = Graph(DataFile), [DataFile] = Data(0, scale) };
            return new ModelPackageWriter(TimeProvider.System).Write(folder[$"{scale}"], Tiny, files).Manifest.Version.Split('-')[1];
        }

        Assert.NotEqual(Version(1), Version(2));
    }

    [Fact]
    public void Of_more_bytes_than_ONNX_Runtime_takes_in_one_piece_are_refused_with_what_to_do()
    {
        var file = OnnxFile.Read(Graph(DataFile));
        var whole = file.WithData(static _ => Data(0, 1));

        Assert.Equal(whole, file.WithData(static _ => Data(0, 1), whole.Length));
        var refused = Assert.Throws<RoadSegException>(() => file.WithData(static _ => Data(0, 1), whole.Length - 1));
        Assert.Equal(ErrorCodes.ModelInvalid, refused.Code);
        Assert.EndsWith("ONNX Runtime takes 2 GiB in one piece. Export it in 16 bits.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_are_missing_are_said_by_name()
    {
        Source(Graph(DataFile));

        PackRefused("keeps weights in 'model.onnx.data', which is none of the package's files");
        Assert.False(Directory.Exists(folder["packed"]));
    }

    [Theory]
    [InlineData("36", "36", "'w' takes 36 bytes from byte 36 of 'model.onnx.data', which has 36")]
    [InlineData("0", "37", "'w' takes 37 bytes")]
    [InlineData("9223372036854775807", "9223372036854775807", "'w' takes ")]
    [InlineData("-1", "36", "'offset' of a reference to weights is no number")]
    [InlineData("0", "x", "'length' of a reference to weights is no number")]
    public void That_are_cut_short_are_refused(string offset, string length, string because)
    {
        Source(Graph(DataFile, ("offset", offset), ("length", length)), (DataFile, Data(0, 1)));

        PackRefused(because);
    }

    [Theory]
    [InlineData("../secret.data")]
    [InlineData("sub/secret.data")]
    [InlineData("/etc/hostname")]
    [InlineData("..")]
    [InlineData("")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    public void Elsewhere_are_refused(string location)
    {
        File.WriteAllBytes(folder["secret.data"], Data(0, 1));
        Source(Graph(location));

        PackRefused($"keeps weights in '{location}', which is no plain file name");
        LoadRefused(Graph(location), $"keeps weights in '{location}'");
    }

    // Attack 6: whatever lies where the process stands.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void In_the_working_directory_are_never_read(bool constant)
    {
        var name = $"weights-{Guid.NewGuid():N}.data";
        var graph = constant ? ConstantGraph(name) : Graph(name);
        File.WriteAllBytes(name, Data(0, 1));
        try
        {
            Source(graph);
            PackRefused($"keeps weights in '{name}', which is none of the package's files");
            LoadRefused(graph, $"keeps weights in '{name}'");
            var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(Tiny, graph));
            Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        }
        finally
        {
            File.Delete(name);
        }
    }

    [Fact]
    public void In_a_file_of_the_folder_that_the_manifest_does_not_list_are_refused()
    {
        new ModelPackageWriter(TimeProvider.System).Write(folder["p"], Tiny, new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = Graph(DataFile) });
        File.WriteAllBytes(Path.Combine(folder["p"], DataFile), Data(0, 1));

        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(ModelPackage.Load(folder["p"])));

        Assert.Contains("none of the package's files", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void That_change_after_loading_are_caught()
    {
        var files = new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = Graph(DataFile), [DataFile] = Data(0, 1) };
        var package = new ModelPackageWriter(TimeProvider.System).Write(folder["p"], Tiny, files);
        File.WriteAllBytes(Path.Combine(folder["p"], DataFile), Data(0, 2));

        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(package));

        Assert.Contains("'model.onnx.data' has SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_node_come_along_too()
    {
        using var engine = SegmentationEngine.Load(Tiny, ConstantGraph(DataFile), null, new Dictionary<string, byte[]> { [DataFile] = Data(0, 1) });
        var image = TinyModels.Noise(16, 16, 2);

        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 16, 16).ClassIds);
    }

    // Two graphs in one file are merged by protobuf: a reference spread over both would be seen by nobody.
    [Fact]
    public void In_a_file_that_says_its_graph_twice_are_refused()
    {
        byte[] twice = [.. TinyModels.Graph(), .. Graph(DataFile)];

        LoadRefused(twice, "comes twice");
    }

    // A file with damage anywhere is refused or runs; nothing else is ever read, and nothing else is thrown.
    [Fact]
    public void Of_a_damaged_file_end_in_a_refusal()
    {
        var whole = Graph(DataFile, ("offset", "0"), ("length", "36"));
        var data = new Dictionary<string, byte[]> { [DataFile] = Data(0, 1) };
        var random = new Random(5);
        var refused = 0;
        for (var i = 0; i < 1000; i++)
        {
            var damaged = (byte[])whole.Clone();
            for (var flips = random.Next(1, 4); flips > 0; flips--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (random.Next(4) == 0)
                damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                SegmentationEngine.Load(Tiny, damaged, new EngineOptions { IntraOpThreads = 1, UpsampleThreads = 1 }, data).Dispose();
            }
            catch (RoadSegException e)
            {
                Assert.Equal(ErrorCodes.ModelInvalid, e.Code);
                refused++;
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{refused} of 1000 damaged files were refused");
        Assert.InRange(refused, 200, 999);
    }

    private static byte[] Graph(string location, params (string, string)[] reference) => new OnnxBytes().Input("image", OnnxBytes.UInt8, "n", "h", "w", 3)
        .Elsewhere("w", location, [3, 3, 1, 1], reference).Node("Cast", ["image"], "float", ("to", OnnxBytes.Float))
        .Node("Transpose", ["float"], "nchw", ("perm", new long[] { 0, 3, 1, 2 })).Node("Conv", ["nchw", "w"], "logits")
        .Output("logits", OnnxBytes.Float, "n", 3, "h", "w").Build();

    private static byte[] ConstantGraph(string location) => new OnnxBytes().Input("image", OnnxBytes.UInt8, "n", "h", "w", 3)
        .ConstantElsewhere("w", location, 3, 3, 1, 1).Node("Cast", ["image"], "float", ("to", OnnxBytes.Float))
        .Node("Transpose", ["float"], "nchw", ("perm", new long[] { 0, 3, 1, 2 })).Node("Conv", ["nchw", "w"], "logits")
        .Output("logits", OnnxBytes.Float, "n", 3, "h", "w").Build();

    /// <summary>The identity, scaled, after <paramref name="offset"/> other bytes.</summary>
    private static byte[] Data(int offset, float scale)
    {
        var data = new byte[offset + 36];
        data.AsSpan(0, offset).Fill(0x7f);
        for (var i = 0; i < 9; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data.AsSpan(offset + (4 * i)), i % 4 == 0 ? scale : 0);
        return data;
    }

    private void Source(byte[] graph, params (string Name, byte[] Content)[] files)
    {
        Directory.CreateDirectory(folder["source"]);
        new ModelPackageWriter(TimeProvider.System).Write(folder["stated"], Tiny, new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = TinyModels.Graph() });
        File.Copy(Path.Combine(folder["stated"], "manifest.json"), Path.Combine(folder["source"], "manifest.json"));
        File.WriteAllBytes(Path.Combine(folder["source"], "model.onnx"), graph);
        foreach (var (name, content) in files)
            File.WriteAllBytes(Path.Combine(folder["source"], name), content);
    }

    private void PackRefused(string because)
    {
        var error = Assert.Throws<RoadSegException>(() => ModelPacker.Pack(folder["source"], folder["packed"], TimeProvider.System));
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }

    private void LoadRefused(byte[] graph, string because)
    {
        var package = new ModelPackageWriter(TimeProvider.System).Write(folder["loaded"], Tiny, new Dictionary<string, ReadOnlyMemory<byte>> { ["model.onnx"] = graph });
        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(package));
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
    }
}
