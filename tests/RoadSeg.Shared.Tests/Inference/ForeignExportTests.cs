using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Tests.Inference;

/// <summary>What exporters make of a model, row by row of the table in <c>docs/models.md</c>: read right, or refused with the reason.</summary>
public class ForeignExportTests
{
    private static readonly ModelDescription Tiny = TinyModels.Description;
    private static readonly Normalization Plain = new([1, 1, 1], [0, 0, 0], [1, 1, 1]);

    // Fault: only logits were known, and a second softmax kept the confidence of 11 classes below 0.21.
    [Theory]
    [InlineData(TensorLayout.Nchw, OnnxBytes.Float)]
    [InlineData(TensorLayout.Nhwc, OnnxBytes.Float)]
    [InlineData(TensorLayout.Nchw, OnnxBytes.Float16)]
    [InlineData(TensorLayout.Nhwc, OnnxBytes.Double)]
    public void Softmax_at_the_end_gives_what_its_logits_give(TensorLayout layout, int type)
    {
        using var logits = SegmentationEngine.Load(As(OutputKind.Logits), TinyModels.Scores(body => Out(body, "logits")));
        var model = As(OutputKind.Probabilities) with { Output = new("scores", OutputKind.Probabilities, layout, 1) };
        using var probabilities = SegmentationEngine.Load(model, TinyModels.Scores(body => layout == TensorLayout.Nchw
            ? Out(body.Node("Softmax", ["logits"], "p", ("axis", 1)).Node("Cast", ["p"], "q", ("to", type)), "q", type)
            : Out(body.Node("Transpose", ["logits"], "t", ("perm", new long[] { 0, 2, 3, 1 })).Node("Softmax", ["t"], "p", ("axis", 3)).Node("Cast", ["p"], "q", ("to", type)), "q", type)));
        probabilities.CheckExport();
        var image = TinyModels.Noise(20, 12, 1);

        var (expected, actual) = (logits.Segment(image, 77, 33), probabilities.Segment(image, 77, 33));

        // 16 bits have no probabilities below 6e-8: the logits between cells are then others.
        var (ids, steps) = type == OnnxBytes.Float16 ? (0.02, 40) : (0.001, 1);
        Assert.InRange(expected.ClassIds.Zip(actual.ClassIds).Count(pair => pair.First != pair.Second), 0, ids * 77 * 33);
        Assert.All(expected.Confidence!.Zip(actual.Confidence!), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, steps));
        Assert.True(actual.Confidence!.Max() > 200);
    }

    [Fact]
    public void Softmax_that_is_said_to_be_logits_is_refused() =>
        Refused(As(OutputKind.Logits), TinyModels.Scores(body => Out(body.Node("Softmax", ["logits"], "p", ("axis", 1)), "p")), "the graph ends in Softmax");

    [Fact]
    public void Logits_whose_cells_all_sum_to_1_are_refused_whatever_made_them() => Refused(
        As(OutputKind.Logits),
        TinyModels.Scores(body => Out(body.Node("Softmax", ["logits"], "p", ("axis", 1)).Weights("one", [1]).Node("Mul", ["p", "one"], "q"), "q")),
        "the scores of every cell sum to 1: they are probabilities");

    [Fact]
    public void Probabilities_that_do_not_sum_to_1_are_refused() =>
        Refused(As(OutputKind.Probabilities), TinyModels.Scores(body => Out(body.Node("Sigmoid", ["logits"], "p"), "p")), "do not sum to 1");

    [Fact]
    public void Scores_that_are_said_to_be_probabilities_do_not_load()
    {
        var error = Assert.Throws<RoadSegException>(() => SegmentationEngine.Load(As(OutputKind.Probabilities), TinyModels.Scores(body => Out(body, "logits"))));
        Assert.Contains("gave 8, where its manifest promises probabilities", error.Message, StringComparison.Ordinal);
    }

    // Fault: one sigmoid channel, said to be the logits of one class, gave every pixel that class with confidence 1.
    [Theory]
    [InlineData(OutputKind.Sigmoid, null, 0)]
    [InlineData(OutputKind.Sigmoid, 0.9, 1)]
    [InlineData(OutputKind.SigmoidLogits, 0.2, 1)]
    [InlineData(OutputKind.SigmoidLogits, null, 0)]
    public void One_sigmoid_channel_has_its_background_below_the_threshold(OutputKind kind, double? threshold, int background)
    {
        // The red channel's score, around 0 in the middle of its range.
        var graph = TinyModels.Scores(
            body => kind == OutputKind.Sigmoid
                ? Out(body.Weights("half", [8]).Node("Sub", ["logits", "half"], "l").Node("Sigmoid", ["l"], "p"), "p", channels: 1)
                : Out(body.Weights("half", [8]).Node("Sub", ["logits", "half"], "l"), "l", channels: 1),
            [1, 0, 0]);
        var model = Tiny with { Labels = TinyModels.Labels(2), Output = new("scores", kind, TensorLayout.Nchw, 1, threshold, background) };
        using var engine = SegmentationEngine.Load(model, graph);
        engine.CheckExport();
        var image = TinyModels.Noise(40, 30, 2);

        var result = engine.Segment(image, 40, 30);

        for (var i = 0; i < 40 * 30; i++)
        {
            var probability = 1 / (1 + Math.Exp(8 - (image.Pixels[3 * i] / 16.0)));
            var isClass = probability >= (threshold ?? 0.5);
            Assert.Equal(isClass ? 1 - background : background, result.ClassIds[i]);
            Assert.InRange(result.Confidence![i] - (255 * (isClass ? probability : 1 - probability)), -1, 1);
        }

        Assert.Equal(1200, result.Classes.Sum(entry => entry.Pixels));
    }

    // A sigmoid is a softmax against 0: between the cells too, where the photo is larger than the output.
    [Theory]
    [InlineData(OutputKind.Sigmoid)]
    [InlineData(OutputKind.SigmoidLogits)]
    public void A_sigmoid_channel_gives_what_softmax_gives_of_it_and_0(OutputKind kind)
    {
        var sigmoid = TinyModels.Scores(
            body => Out(body.Weights("half", [8]).Node("Sub", ["logits", "half"], "l").Node(kind == OutputKind.Sigmoid ? "Sigmoid" : "Identity", ["l"], "p"), "p", channels: 1), [1, 0, 0]);
        var softmax = TinyModels.Scores(body => Out(body.Weights("half", [0, 8], 1, 2, 1, 1).Node("Sub", ["logits", "half"], "l"), "l", channels: 2), [0, 0, 0, 1, 0, 0]);
        var model = Tiny with { Labels = TinyModels.Labels(2), Output = new("scores", OutputKind.Logits, TensorLayout.Nchw, 1) };
        using var two = SegmentationEngine.Load(model, softmax);
        using var one = SegmentationEngine.Load(model with { Output = new("scores", kind, TensorLayout.Nchw, 1, null, 0) }, sigmoid);
        var image = TinyModels.Noise(21, 13, 8);

        var (expected, actual) = (two.Segment(image, 100, 61), one.Segment(image, 100, 61));

        // Where both are 0 softmax has the first class and sigmoid the second.
        Assert.InRange(expected.ClassIds.Zip(actual.ClassIds).Count(pair => pair.First != pair.Second), 0, 20);
        Assert.All(expected.Confidence!.Zip(actual.Confidence!), pair => Assert.InRange(pair.First - pair.Second, -1, 1));
    }

    [Fact]
    public void Several_sigmoid_channels_are_the_classes_in_order_without_the_background()
    {
        var graph = TinyModels.Scores(body => Out(body.Weights("most", [12]).Node("Sub", ["logits", "most"], "l").Node("Sigmoid", ["l"], "p"), "p"));
        var model = Tiny with { Labels = TinyModels.Labels(4), Output = new("scores", OutputKind.Sigmoid, TensorLayout.Nchw, 1, null, 1) };
        using var engine = SegmentationEngine.Load(model, graph);
        engine.CheckExport();
        var image = TinyModels.Noise(32, 32, 3);

        var ids = engine.Segment(image, 32, 32).ClassIds;

        int[] classes = [0, 2, 3];
        var expected = TinyModels.BrightestChannel(image).Select((channel, i) => (byte)(image.Pixels[(3 * i) + channel] >= 192 ? classes[channel] : 1));
        Assert.Equal(expected, ids);
    }

    [Fact]
    public void One_class_alone_is_refused_because_it_would_have_every_pixel()
    {
        var graph = TinyModels.Scores(body => Out(body.Node("Sigmoid", ["logits"], "p"), "p", channels: 1), [1, 0, 0]);
        Refused(Tiny with { Labels = TinyModels.Labels(1), Output = new("scores", OutputKind.Logits, TensorLayout.Nchw, 1) }, graph, "of a single class, which then has every pixel. Add a class such as 'background'");
    }

    [Theory]
    [InlineData("Sigmoid", OutputKind.Logits, "the graph ends in Sigmoid. Say kind 'sigmoid'")]
    [InlineData("Sigmoid", OutputKind.SigmoidLogits, "the graph ends in Sigmoid. Say kind 'sigmoid'")]
    [InlineData("Softmax", OutputKind.SigmoidLogits, "the graph ends in Softmax")]
    public void A_last_operation_that_is_another_than_the_kind_says_is_refused(string operation, OutputKind kind, string because)
    {
        var labels = TinyModels.Labels(kind == OutputKind.Logits ? 3 : 4);
        var model = Tiny with { Labels = labels, Output = new("scores", kind, TensorLayout.Nchw, 1, null, kind == OutputKind.Logits ? null : 0) };
        Refused(model, TinyModels.Scores(body => Out(operation == "Softmax" ? body.Node(operation, ["logits"], "p", ("axis", 1)) : body.Node(operation, ["logits"], "p"), "p")), because);
    }

    // Fault: a sigmoid that is not the last operation was taken for none, and a second one made every probability 0.5 or more: the class everywhere.
    [Theory]
    [InlineData(OutputKind.SigmoidLogits, "joined")]
    [InlineData(OutputKind.SigmoidLogits, "times one")]
    [InlineData(OutputKind.Logits, "times one")]
    public void A_sigmoid_that_something_follows_is_known_by_its_scores(OutputKind kind, string after)
    {
        var model = Tiny with { Labels = TinyModels.Labels(kind == OutputKind.Logits ? 3 : 4), Output = new("scores", kind, TensorLayout.Nchw, 1, null, kind == OutputKind.Logits ? null : 0) };
        var graph = TinyModels.Scores(body =>
        {
            body = body.Node("Sigmoid", ["logits"], "p");
            return after == "joined"
                ? Out(body.Node("Concat", ["p"], "q", ("axis", 1)), "q")
                : Out(body.Weights("one", [1]).Node("Mul", ["p", "one"], "q"), "q");
        });

        Refused(model, graph, "they are probabilities already. Say kind 'sigmoid'");
    }

    [Fact]
    public void A_graph_with_a_second_input_is_refused_by_name()
    {
        var graph = TinyModels.Scores(body => Out(body.Input("scale", OnnxBytes.Float, 1).Node("Mul", ["logits", "scale"], "q"), "q"));

        Refused(As(OutputKind.Logits), graph, "scale");
    }

    [Fact]
    public void Softmax_over_one_channel_is_refused_because_it_is_always_1()
    {
        var model = Tiny with { Labels = TinyModels.Labels(2), Output = new("scores", OutputKind.Sigmoid, TensorLayout.Nchw, 1, null, 0) };
        Refused(model, TinyModels.Scores(body => Out(body.Node("Softmax", ["logits"], "p", ("axis", 1)), "p", channels: 1), [1, 0, 0]), "over one channel that is always 1");
    }

    [Theory]
    [InlineData(OnnxBytes.Int64)]
    [InlineData(OnnxBytes.Int32)]
    [InlineData(OnnxBytes.Int16)]
    [InlineData(OnnxBytes.Int8)]
    [InlineData(OnnxBytes.UInt64)]
    [InlineData(OnnxBytes.UInt32)]
    [InlineData(OnnxBytes.UInt16)]
    [InlineData(OnnxBytes.UInt8)]
    [InlineData(OnnxBytes.Float)]
    [InlineData(OnnxBytes.Float16)]
    [InlineData(OnnxBytes.Double)]
    [InlineData(OnnxBytes.Bool)]
    public void Argmax_inside_gives_its_ids_in_any_type(int type)
    {
        using var engine = SegmentationEngine.Load(Tiny with { Output = new("ids", OutputKind.ClassIds, TensorLayout.Nchw, 1) }, TinyModels.ClassIdGraph(type));
        engine.CheckExport();
        var image = TinyModels.Noise(16, 16, 3);

        var result = engine.Segment(image, 16, 16);

        var expected = TinyModels.BrightestChannel(image);
        Assert.Equal(type == OnnxBytes.Bool ? [.. expected.Select(id => Math.Min(id, (byte)1))] : expected, result.ClassIds);
        Assert.Null(result.Confidence);
    }

    [Theory]
    [InlineData(TensorLayout.Nchw)]
    [InlineData(TensorLayout.Nhwc)]
    public void Argmax_that_keeps_its_axis_is_read_the_same(TensorLayout layout)
    {
        var axis = layout == TensorLayout.Nchw ? 1 : 3;
        var graph = TinyModels.Scores(body => (axis == 1 ? body.Node("Identity", ["logits"], "l") : body.Node("Transpose", ["logits"], "l", ("perm", new long[] { 0, 2, 3, 1 })))
            .Node("ArgMax", ["l"], "ids", ("axis", axis), ("keepdims", 1))
            .Output("ids", OnnxBytes.Int64, axis == 1 ? ["n", 1, "h", "w"] : ["n", "h", "w", 1]));
        using var engine = SegmentationEngine.Load(Tiny with { Output = new("ids", OutputKind.ClassIds, layout, 1) }, graph);
        var image = TinyModels.Noise(16, 16, 4);

        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 16, 16).ClassIds);
    }

    [Fact]
    public void Ids_that_are_no_whole_numbers_are_refused() => Refused(
        Tiny with { Output = new("scores", OutputKind.ClassIds, TensorLayout.Nchw, 1) },
        TinyModels.Scores(body => Out(body, "logits", channels: 1), [1 / 255f, 0, 0]),
        "which is no whole number");

    [Fact]
    public void Of_several_outputs_the_one_that_the_manifest_names_is_read()
    {
        var graph = TinyModels.Scores(body => Out(
            body.Weights("k", [-1]).Node("Mul", ["logits", "k"], "aux").Node("SequenceConstruct", ["logits"], "list")
                .Output("aux", OnnxBytes.Float, "n", 3, "h", "w").ListOutput("list"),
            "logits"));
        using var engine = SegmentationEngine.Load(As(OutputKind.Logits), graph);
        engine.CheckExport();
        var image = TinyModels.Noise(16, 16, 5);

        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 16, 16).ClassIds);
        Refused(Tiny with { Output = new("list", OutputKind.Logits, TensorLayout.Nchw, 1) }, graph, "RoadSeg reads tensors");
    }

    [Theory]
    [InlineData(InputElementType.Float32, OnnxBytes.Float, TensorLayout.Nchw)]
    [InlineData(InputElementType.Float16, OnnxBytes.Float16, TensorLayout.Nchw)]
    [InlineData(InputElementType.Float16, OnnxBytes.Float16, TensorLayout.Nhwc)]
    public void Inputs_and_outputs_in_16_bits_give_what_32_bits_give(InputElementType element, int type, TensorLayout layout)
    {
        var planes = layout == TensorLayout.Nchw;
        var graph = new OnnxBytes().Input("serving_default_input:0", type, planes ? ["n", 3, "h", "w"] : ["n", "h", "w", 3])
            .Node("Transpose", ["serving_default_input:0"], "t", ("perm", planes ? new long[] { 0, 1, 2, 3 } : [0, 3, 1, 2]))
            .Node("Cast", ["t"], "out:0", ("to", type)).Output("out:0", type, "n", 3, "h", "w").Build();
        var model = Tiny with
        {
            Input = new("serving_default_input:0", element, layout, Normalization: Plain),
            Output = new("out:0", OutputKind.Logits, TensorLayout.Nchw, 1),
        };
        using var engine = SegmentationEngine.Load(model, graph);
        engine.CheckExport();
        var image = TinyModels.Noise(24, 16, 6);

        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 24, 16).ClassIds);
    }

    [Fact]
    public void An_input_in_16_bits_that_is_said_to_have_32_is_refused()
    {
        var graph = new OnnxBytes().Input("x", OnnxBytes.Float16, "n", 3, "h", "w").Node("Identity", ["x"], "y").Output("y", OnnxBytes.Float16, "n", 3, "h", "w").Build();
        Refused(Tiny with { Input = new("x", InputElementType.Float32, TensorLayout.Nchw, Normalization: Plain) }, graph, "is Float16; the manifest says Float");
    }

    [Fact]
    public void Whole_numbers_as_scores_are_refused() => Refused(
        As(OutputKind.Logits), TinyModels.Scores(body => Out(body.Node("Cast", ["logits"], "u", ("to", OnnxBytes.UInt8)), "u", OnnxBytes.UInt8)), "is UInt8; logits are Float, Float16 or Double");

    [Theory]
    [InlineData(4, null, "has shape [4, ?, ?, 3]; the manifest says [?, ?, ?, 3]")]
    [InlineData(4, 1, "has shape [4, ?, ?, 3]; the manifest says [1, ?, ?, 3]")]
    [InlineData(1, null, "has shape [1, ?, ?, 3]; the manifest says [?, ?, ?, 3]")]
    public void A_fixed_batch_that_the_manifest_does_not_name_is_refused(int batch, int? said, string because)
    {
        var graph = new OnnxBytes().Input("image", OnnxBytes.UInt8, batch, "h", "w", 3).Node("Cast", ["image"], "f", ("to", OnnxBytes.Float)).Output("f", OnnxBytes.Float, batch, "h", "w", 3).Build();
        Refused(Tiny with { Input = Tiny.Input with { Batch = said }, Output = new("f", OutputKind.Logits, TensorLayout.Nhwc, 1) }, graph, because);
    }

    [Fact]
    public void Weights_that_an_old_exporter_lists_as_inputs_too_are_no_inputs()
    {
        var graph = new OnnxBytes().Input("image", OnnxBytes.UInt8, "n", "h", "w", 3).Input("k", OnnxBytes.Float, 1).Weights("k", [1], 1)
            .Node("Cast", ["image"], "f", ("to", OnnxBytes.Float)).Node("Mul", ["f", "k"], "scores").Output("scores", OnnxBytes.Float, "n", "h", "w", 3).Build(opset: 9, form: 3);
        using var engine = SegmentationEngine.Load(Tiny with { Output = new("scores", OutputKind.Logits, TensorLayout.Nhwc, 1) }, graph);
        var image = TinyModels.Noise(16, 16, 7);

        Assert.Equal(TinyModels.BrightestChannel(image), engine.Segment(image, 16, 16).ClassIds);
    }

    // Fault: photos of some shapes failed one by one, though the package passed its check at its own size.
    [Fact]
    public void A_graph_that_needs_larger_multiples_than_preprocessing_gives_is_refused()
    {
        var graph = TinyModels.Scores(body => Out(
            body.Node("AveragePool", ["logits"], "small", ("kernel_shape", new long[] { 32, 32 }), ("strides", new long[] { 32, 32 }))
                .Weights("scales", [1, 1, 32, 32], 4).Node("Resize", ["small", "", "scales"], "large").Node("Add", ["logits", "large"], "sum"),
            "sum"));
        Refused(As(OutputKind.Logits) with { Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 64, 64, 16) }, graph, "Raise preprocess.multipleOf");
        using var engine = SegmentationEngine.Load(As(OutputKind.Logits) with { Preprocess = new PreprocessSpec(ResizeMode.KeepAspect, 64, 64, 32) }, graph);
        engine.CheckExport();
    }

    // Fault: "publish it again from a sound export", whatever was wrong.
    [Theory]
    [InlineData(999, 8, "Identity", "999")]
    [InlineData(13, 99, "Identity", "99")]
    [InlineData(13, 8, "NoSuchOperator", "NoSuchOperator")]
    public void A_graph_that_does_not_load_is_refused_with_the_runtimes_own_reason(int opset, int form, string operation, string because)
    {
        var graph = new OnnxBytes().Input("image", OnnxBytes.UInt8, "n", "h", "w", 3).Node(operation, ["image"], "y").Output("y", OnnxBytes.UInt8, "n", "h", "w", 3).Build(opset, form);
        var error = Refused(Tiny, graph, because);
        TestContext.Current.TestOutputHelper!.WriteLine(error.Message);
        Assert.StartsWith("ONNX Runtime cannot load the graph of model 'tiny': ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("ErrorCode", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".cc", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("/", error.Message, StringComparison.Ordinal);
    }

    private static ModelDescription As(OutputKind kind) => Tiny with { Output = new("scores", kind, TensorLayout.Nchw, 1) };

    // The channel axis is left to ONNX Runtime where it may be either.
    private static OnnxBytes Out(OnnxBytes body, string from, int type = OnnxBytes.Float, int channels = 0) =>
        body.Node("Identity", [from], "scores").Output("scores", type, "n", channels == 0 ? "a" : channels, "b", "c");

    private static RoadSegException Refused(ModelDescription model, byte[] graph, string because)
    {
        var error = Assert.Throws<RoadSegException>(() =>
        {
            using var engine = SegmentationEngine.Load(model, graph);
            engine.CheckExport();
        });
        Assert.Equal(ErrorCodes.ModelInvalid, error.Code);
        Assert.Contains(because, error.Message, StringComparison.Ordinal);
        return error;
    }
}
