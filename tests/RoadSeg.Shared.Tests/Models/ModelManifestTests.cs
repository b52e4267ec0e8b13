using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Tests.Models;

public class ModelManifestTests
{
    private static readonly string GoldenPath = Checkout.File("tests/contracts/model-manifest.json");

    private static readonly ModelManifest Example = new()
    {
        SchemaVersion = 1,
        Version = "20260102T030405Z-0123456789ab",
        CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Files = new Dictionary<string, PackageFile>
        {
            ["golden-input.png"] = new(new string('1', 64), 1000),
            ["golden-mask.png"] = new(new string('2', 64), 200),
            ["model.fp16.onnx"] = new(new string('3', 64), 7_000_000),
            ["model.int8.onnx"] = new(new string('4', 64), 3_500_000),
            ["model.onnx"] = new(new string('5', 64), 14_000_000),
        },
        Name = "example",
        Description = "Road scenes in \"two\" classes, ≥ 1 of them a road.",
        Licence = "MIT",
        Graphs = new Dictionary<Precision, string>
        {
            [Precision.Fp32] = "model.onnx", [Precision.Fp16] = "model.fp16.onnx", [Precision.Int8] = "model.int8.onnx",
        },
        Architecture = new Architecture("deeplabv3plus", "resnet-18", 16, JsonSerializer.SerializeToElement(new { rates = new[] { 6, 12 } })),
        Labels = new LabelCatalogue([new(0, "road", new RgbColor(128, 64, 128)), new(1, "other", new RgbColor(0, 0, 0))], 255),
        Preprocess = new PreprocessSpec(ResizeMode.Stretch, 256, 128, 32),
        Input = new InputContract(
            "image", InputElementType.Float32, TensorLayout.Nchw, ChannelOrder.Bgr, 1, 256, 128,
            new Normalization([0.5, 0.5, 0.5], [123.5, 116.25, 103.5], [58, 57, 57.5])),
        Output = new OutputContract("logits", OutputKind.Logits, TensorLayout.Nchw, 4),
        Metrics =
        [
            new("camvid", "val", 480, 360, new Dictionary<string, double> { ["meanIoU"] = 0.5 }, DateTimeOffset.UnixEpoch, "roadseg evaluate"),
        ],
        Training = JsonSerializer.SerializeToElement(new { epochs = 30 }),
        GitCommit = "0123456789abcdef0123456789abcdef01234567",
        SelfTest = new SelfTestSpec("golden-input.png", "golden-mask.png", 0.99, 76.5),
    };

    [Fact]
    public void Has_the_golden_form()
    {
        // A changed golden is a changed format: packages already published must stay readable, or the schema version must grow.
        Assert.Equal(File.ReadAllText(GoldenPath), Encoding.UTF8.GetString(ModelManifestJson.Serialize(Example)));
    }

    [Fact]
    public void Reads_its_golden_form_back_to_the_same_bytes()
    {
        var golden = File.ReadAllBytes(GoldenPath);

        var manifest = ModelManifestJson.Parse(golden);

        Assert.Equal(golden, ModelManifestJson.Serialize(manifest));
        Assert.Equal(ChannelOrder.Bgr, manifest.Input.ChannelOrder);
        Assert.Equal("model.int8.onnx", manifest.Graphs[Precision.Int8]);
        Assert.Equal("road", manifest.Labels.Classes[0].Name);
    }

    [Theory]
    [InlineData("schemaVersion", "2", "schemaVersion 2; this build reads 1")]
    [InlineData("schemaVersion", "\"1\"", "no integer schemaVersion")]
    [InlineData("preciison", "\"fp32\"", "preciison")]
    [InlineData("name", "\"Road Model\"", "name 'Road Model'")]
    [InlineData("name", "null", "name")]
    [InlineData("version", "\"../1\"", "version '../1'")]
    [InlineData("files", "{}", "files is empty")]
    [InlineData("files/..~1evil", "{\"sha256\":\"\",\"bytes\":1}", "'../evil', which is not a plain file name")]
    [InlineData("files/a..b", "{\"sha256\":\"\",\"bytes\":1}", "not a plain file name")]
    [InlineData("files/~1etc~1passwd", "{\"sha256\":\"\",\"bytes\":1}", "not a plain file name")]
    [InlineData("files/manifest.json", "{\"sha256\":\"\",\"bytes\":1}", "must not list manifest.json")]
    [InlineData("files/model.onnx/sha256", "\"ABC\"", "files['model.onnx'].sha256")]
    [InlineData("files/model.onnx/bytes", "0", "files['model.onnx'].bytes")]
    [InlineData("files/model.onnx", "null", "files['model.onnx']")]
    [InlineData("graphs", "{}", "graphs is empty")]
    [InlineData("graphs/fp32", "\"other.onnx\"", "graphs.fp32 names 'other.onnx', for which files has no hash")]
    [InlineData("graphs/fp32", "\"../model.onnx\"", "graphs.fp32 names '../model.onnx', which is not a plain file name")]
    [InlineData("graphs/fp64", "\"model.onnx\"", "fp64")]
    [InlineData("architecture/outputStride", "0", "architecture.outputStride 0")]
    [InlineData("labels/classes", "[]", "1 to 255 classes")]
    [InlineData("labels/classes/0/color", "\"red\"", "'red' is not a colour")]
    [InlineData("labels/classes/0", "null", "Entry 0 of the label catalogue is null")]
    [InlineData("labels/ignoreId", "1", "ignore id 1")]
    [InlineData("metrics/0", "null", "metrics holds null")]
    [InlineData("preprocess/width", "8", "preprocess.width 8")]
    [InlineData("preprocess/mode", "\"keep-aspect\"", "preprocess must be 'stretch' to that size")]
    [InlineData("preprocess/mode", "7", "preprocess.mode")]
    [InlineData("input/batch", "2", "input.batch 2")]
    [InlineData("input/width", "null", "must both be fixed")]
    [InlineData("input/normalization", "null", "input.normalization is missing")]
    [InlineData("input/elementType", "\"uint8\"", "a uint8 graph normalises inside")]
    [InlineData("input/normalization/std", "[1,0,1]", "std must not hold 0")]
    [InlineData("input/normalization/mean", "[1,2]", "mean must be 3 numbers")]
    [InlineData("output/stride", "65", "output.stride 65")]
    [InlineData("output/kind", "\"sigmoid\"", "output.background is missing")]
    [InlineData("output/kind", "\"softmax\"", "output.kind")]
    [InlineData("output/threshold", "0.5", "output.threshold is for the kinds sigmoid")]
    [InlineData("output/background", "0", "output.background is for the kinds sigmoid")]
    [InlineData("output", "{\"name\":\"y\",\"kind\":\"sigmoid\",\"layout\":\"NCHW\",\"stride\":1,\"background\":2}", "output.background 2 is none of the labels' ids 0-1")]
    [InlineData("output", "{\"name\":\"y\",\"kind\":\"sigmoid\",\"layout\":\"NCHW\",\"stride\":1,\"background\":0,\"threshold\":1}", "output.threshold 1 must be between 0 and 1")]
    [InlineData("selfTest/minimumAgreement", "1.5", "selfTest.minimumAgreement 1.5")]
    [InlineData("selfTest/cpuMilliseconds", "0", "selfTest.cpuMilliseconds 0")]
    [InlineData("selfTest/mask", "\"gone.png\"", "selfTest.mask names 'gone.png', for which files has no hash")]
    public void A_broken_member_is_refused_by_name(string path, string json, string because)
    {
        var root = JsonNode.Parse(File.ReadAllBytes(GoldenPath))!;
        var steps = path.Split('/').Select(step => step.Replace("~1", "/", StringComparison.Ordinal)).ToList();
        var at = steps[..^1].Aggregate(root, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);
        if (int.TryParse(steps[^1], out var element))
            at[element] = JsonNode.Parse(json);
        else
            at[steps[^1]] = JsonNode.Parse(json);

        Refused(Encoding.UTF8.GetBytes(root.ToJsonString()), because);
    }

    [Fact]
    public void An_output_of_sigmoid_is_read_back_as_written()
    {
        var model = Example with { Output = new OutputContract("y", OutputKind.Sigmoid, TensorLayout.Nhwc, 1, 0.25, 1) };

        var read = ModelManifestJson.Parse(ModelManifestJson.Serialize(model)).Output;

        Assert.Equal(model.Output, read);
    }

    [Theory]
    [InlineData("", "not a JSON manifest")]
    [InlineData("{", "not a JSON manifest")]
    [InlineData("[]", "must hold a JSON object")]
    [InlineData("{}", "no integer schemaVersion")]
    [InlineData("{\"schemaVersion\":1}", "it has no \"version\"")]
    [InlineData("{\"schemaVersion\":1,\"schemaVersion\":1}", "given twice")]
    public void What_is_no_manifest_is_refused(string json, string because) => Refused(Encoding.UTF8.GetBytes(json), because);

    [Fact]
    public void The_authors_part_is_read_with_or_without_the_computed_members()
    {
        var root = JsonNode.Parse(File.ReadAllBytes(GoldenPath))!.AsObject();
        var full = ModelManifestJson.ParseDescription(Encoding.UTF8.GetBytes(root.ToJsonString()));
        foreach (var computed in (string[])["schemaVersion", "version", "createdAt", "files"])
            root.Remove(computed);
        var bare = ModelManifestJson.ParseDescription(Encoding.UTF8.GetBytes(root.ToJsonString()));

        Assert.Equal("example", full.Name);
        Assert.Equal(full.Graphs, bare.Graphs);
    }

    private static void Refused(byte[] json, string because)
    {
        var error = Assert.Throws<RoadSegException>(() => ModelManifestJson.Parse(json));
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.OrdinalIgnoreCase);
    }
}
