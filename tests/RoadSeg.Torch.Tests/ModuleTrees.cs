using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class ModuleTrees : TorchTest
{
    private sealed class Block : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1;
        private readonly BatchNorm2d bn1;
        private readonly Sequential? downsample;
        private readonly Parameter scale;
        private readonly Tensor offset;

        public Block(bool shortcut) : base(nameof(Block))
        {
            conv1 = nn.Conv2d(2, 2, 3, padding: 1, bias: false);
            bn1 = nn.BatchNorm2d(2);
            downsample = shortcut ? nn.Sequential(nn.Conv2d(2, 2, 1), nn.Identity()) : null;
            scale = nn.Parameter(torch.ones(1));
            offset = torch.zeros(1);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using DisposeScope scope = torch.NewDisposeScope();
            Tensor shortcut = downsample?.call(input) ?? input;
            return (bn1.call(conv1.call(input)) * scale + offset + shortcut).MoveToOuterDisposeScope();
        }
    }

    private sealed class Net : torch.nn.Module<Tensor, Tensor>
    {
        private readonly Block layer1;
        private readonly ModuleList<Block> more;

        public Net() : base(nameof(Net))
        {
            layer1 = new Block(true);
            more = nn.ModuleList(new Block(false), new Block(false));
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            Tensor x = layer1.call(input);
            foreach (Block block in more)
            {
                using Tensor before = x;
                x = block.call(before);
            }

            return x;
        }
    }

    [Fact]
    public void Names_are_the_paths_of_fields_and_list_places()
    {
        using var net = new Net();
        Assert.Equal(
            [
                "layer1.scale", "layer1.conv1.weight", "layer1.bn1.weight", "layer1.bn1.bias",
                "layer1.downsample.0.weight", "layer1.downsample.0.bias",
            ],
            net.named_parameters().Select(p => p.name).Where(n => n.StartsWith("layer1.", StringComparison.Ordinal)));
        Assert.Equal(
            ["more.1.offset", "more.1.bn1.running_mean", "more.1.bn1.running_var", "more.1.bn1.num_batches_tracked"],
            net.named_buffers().Select(b => b.name).Where(n => n.StartsWith("more.1.", StringComparison.Ordinal)));
        Assert.Contains("more.0.conv1", net.named_modules().Select(m => m.name));
        Assert.Equal(net.get_parameter("more.0.conv1.weight")!.Handle, net.state_dict()["more.0.conv1.weight"].Handle);
        Assert.Null(net.get_parameter("more.7.conv1.weight"));
    }

    [Fact]
    public void A_state_dict_makes_another_model_the_same()
    {
        using Net one = new(), two = new();
        using Tensor image = torch.randn(2, 2, 5, 5);
        one.call(image).Dispose();
        (IList<string> missing, IList<string> unexpected) = two.load_state_dict(one.state_dict());
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        one.eval();
        two.eval();
        Assert.All(two.modules(), m => Assert.False(m.training));
        using Tensor a = one.call(image), b = two.call(image);
        Assert.True(a.Equals(b));
    }

    [Fact]
    public void A_strict_load_says_which_names_differ()
    {
        using var net = new Net();
        Dictionary<string, Tensor> state = net.state_dict();
        state.Remove("layer1.scale");
        state["head.weight"] = state["layer1.conv1.weight"];
        string message = Assert.Throws<InvalidOperationException>(() => net.load_state_dict(state)).Message;
        Assert.Contains("missing [layer1.scale], unexpected [head.weight]", message);
        (IList<string> missing, IList<string> unexpected) = net.load_state_dict(state, strict: false);
        Assert.Equal(["layer1.scale"], missing);
        Assert.Equal(["head.weight"], unexpected);
    }

    [Fact]
    public void A_model_goes_through_a_file()
    {
        using Net one = new(), two = new();
        using var file = new MemoryStream();
        one.save(new BinaryWriter(file));
        file.Position = 0;
        two.load(new BinaryReader(file));
        foreach ((string name, Tensor value) in one.state_dict())
            Assert.True(value.Equals(two.state_dict()[name]), name);
    }

    [Fact]
    public void Moving_to_another_type_keeps_parameters_their_identity_and_counters_whole()
    {
        using var net = new Net();
        Parameter weight = net.get_parameter("layer1.conv1.weight")!;
        using SGD optimizer = torch.optim.SGD(net.parameters(), 0.1);
        net.to(ScalarType.Float64);
        Assert.Equal(ScalarType.Float64, weight.dtype);
        Assert.Equal(ScalarType.Float64, net.get_buffer("layer1.bn1.running_mean")!.dtype);
        Assert.Equal(ScalarType.Int64, net.get_buffer("layer1.bn1.num_batches_tracked")!.dtype);
        using (torch.NewDisposeScope())
        {
            net.call(torch.randn([1, 2, 4, 4], ScalarType.Float64)).sum().backward();
            using Tensor before = weight.detach().clone();
            optimizer.step();
            Assert.False(before.Equals(weight));
        }

        Assert.Throws<ArgumentException>(() => net.to(ScalarType.Int64));
    }

    [Fact]
    public void Batch_statistics_are_kept_while_training_and_used_afterwards()
    {
        using BatchNorm2d norm = nn.BatchNorm2d(1, momentum: 0.5);
        using Tensor batch = torch.tensor(new float[] { 1, 3, 5, 7 }, [1, 1, 2, 2]);
        using Tensor normalised = norm.call(batch);
        Assert.Equal(2f, norm.running_mean!.item<float>());
        Assert.Equal(0.5f + 0.5f * 20 / 3, norm.running_var!.item<float>(), 1e-5f);
        Assert.Equal(1, norm.num_batches_tracked!.item<long>());
        norm.eval();
        using Tensor later = norm.call(batch);
        Assert.Equal((1 - 2) / MathF.Sqrt(0.5f + 10f / 3 + 1e-5f), later.data<float>()[0], 1e-5f);
        Assert.Equal(1, norm.num_batches_tracked.item<long>());
        using Tensor flat = torch.zeros(2, 1);
        Assert.Throws<ArgumentException>(() => norm.call(flat));
    }

    [Fact]
    public void Hooks_see_and_change_what_passes()
    {
        using Conv2d conv = nn.Conv2d(1, 1, 1);
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor image = torch.ones(1, 1, 2, 2);
        var seen = new List<long[]>();
        var remover = conv.register_forward_hook((module, input, output) =>
        {
            seen.Add(output.shape);
            return output * 0;
        });
        Assert.Equal(0f, conv.call(image).sum().ToSingle());
        remover.remove();
        Assert.NotEqual(0f, conv.call(image).sum().ToSingle());
        Assert.Equal([[1L, 1, 2, 2]], seen);
    }

    [Fact]
    public void First_weights_have_the_spread_that_their_formula_says()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor weight = torch.empty(256, 128, 3, 3);
        nn.init.kaiming_normal_(weight, mode: nn.init.FanInOut.FanOut, nonlinearity: nn.init.NonlinearityType.ReLU);
        Assert.Equal(Math.Sqrt(2.0 / (256 * 9)), weight.std().ToDouble(), 1e-4);
        nn.init.xavier_uniform_(weight);
        double bound = Math.Sqrt(6.0 / ((256 + 128) * 9));
        Assert.InRange(weight.max().ToDouble(), 0.999 * bound, bound);
        using Conv2d conv = nn.Conv2d(16, 4, 3);
        Assert.InRange(conv.weight.abs().max().ToDouble(), 0.9 / 12, 1.0 / 12);
    }

    [Fact]
    public void Padding_by_name_and_by_mirror_agree_with_padding_by_hand()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using Conv2d same = nn.Conv2d(1, 1, 3, Padding.Same, dilation: 2);
        Tensor image = torch.randn(1, 1, 6, 6);
        Assert.True(same.call(image).allclose(nn.functional.conv2d(image, same.weight, same.bias, padding: [2, 2], dilation: [2, 2])));
        using Conv2d mirrored = nn.Conv2d(1, 1, 3, padding: 1, padding_mode: PaddingModes.Reflect);
        Tensor padded = nn.functional.pad(image, [1, 1, 1, 1], PaddingModes.Reflect);
        Assert.True(mirrored.call(image).allclose(nn.functional.conv2d(padded, mirrored.weight, mirrored.bias)));
    }
}
