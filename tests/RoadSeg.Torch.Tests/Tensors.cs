using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Tensors : TorchTest
{
    private static Tensor Counted(params long[] shape) =>
        torch.WrappedTensorDisposeScope(() => torch.arange(shape.Aggregate(1L, (a, b) => a * b)).reshape(shape));

    private static long[] Values(Tensor tensor) => tensor.to(ScalarType.Int64).data<long>().ToArray();

    [Fact]
    public void Arrays_go_in_and_come_out_with_their_shape_and_type()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor matrix = torch.tensor(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal([2L, 3], matrix.shape);
        Assert.Equal(ScalarType.Float32, matrix.dtype);
        Assert.Equal([1f, 4, 2, 5, 3, 6], matrix.t().data<float>().ToArray());
        Assert.Equal(6f, matrix.data<float>()[1, 2]);
        Assert.Equal(24, matrix.bytes.Length);
        Tensor mask = torch.tensor(new byte[] { 0, 255, 7, 1 }, [2, 2]);
        Assert.Equal([0L, 255, 7, 1], Values(mask));
        Assert.Throws<ArgumentException>(() => torch.tensor(new byte[3], [2, 2]));
        Tensor typed = torch.tensor(new[] { 1, 2 }, dtype: ScalarType.Float64);
        Assert.Equal([1.0, 2.0], typed.data<double>().ToArray());
        typed.bytes = BitConverter.GetBytes(3.0).Concat(BitConverter.GetBytes(4.0)).ToArray();
        Assert.Equal(7.0, typed.sum().item<double>());
        Assert.Empty(torch.zeros([0, 3]).data<float>().ToArray());
    }

    [Fact]
    public void Indices_work_as_in_python()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = Counted(2, 3, 4);
        Assert.Equal(23, t[1, 2, 3].item<long>());
        Assert.Equal(23, t[-1, -1, -1].item<long>());
        Assert.Equal([12L, 13, 14, 15], Values(t[1, 0]));
        Assert.Equal([4L, 8], Values(t[0, 1.., 0]));
        Assert.Equal([1L, 3], Values(t[0, 0, TensorIndex.Slice(1, null, 2)]));
        Assert.Equal([2L, 1, 3], t[TensorIndex.Colon, TensorIndex.None, TensorIndex.Ellipsis, 0].shape);
        Assert.Equal([0L, 2], Values(t[0, 0, TensorIndex.Tensor(torch.tensor(new long[] { 0, 2 }))]));
        Assert.Equal([0L, 2], Values(t[0, 0, torch.tensor(new[] { 0, 2 })]));
        Assert.Equal([3L, 15], Values(t[TensorIndex.Ellipsis, 0, 3]));
        Assert.Equal([22L, 23], Values(t[t > 21]));
        Assert.Equal([20L, 22], Values(t[1, 2, TensorIndex.Tensor(torch.tensor(new[] { true, false, true, false }))]));
        Assert.Equal([2L, 3, 2], t[TensorIndex.Ellipsis, TensorIndex.Tensor(torch.tensor(new long[] { 1, 1 }))].shape);
        Assert.Throws<ArgumentException>(() => t[0, 0, 0, 0]);
    }

    [Fact]
    public void A_mask_over_two_dimensions_counts_as_two()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = Counted(2, 3, 4);
        Tensor mask = torch.tensor(new[,] { { true, false, false }, { false, false, true } });
        Assert.Equal([1L, 21], Values(t[TensorIndex.Tensor(mask), 1]));
    }

    [Fact]
    public void Indexed_places_can_be_written()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = torch.zeros(2, 3);
        t[0] = torch.ones(3);
        t[1, 2] = 5f;
        t[TensorIndex.Colon, 1..2] = torch.tensor(7f);
        Assert.Equal([1f, 7, 1, 0, 7, 5], t.data<float>().ToArray());
        t[t.eq(7)] = torch.tensor(-1f);
        Assert.Equal([1f, -1, 1, 0, -1, 5], t.data<float>().ToArray());
        t.index_put_(torch.ones(2), [torch.tensor(new long[] { 0, 0 }), torch.tensor(new long[] { 0, 0 })], accumulate: true);
        Assert.Equal(3f, t[0, 0].item<float>());
    }

    [Fact]
    public void Indexing_leaves_no_tensors_behind()
    {
        using Tensor t = Counted(2, 3, 4);
        using Tensor index = torch.tensor(new long[] { 0, 2 });
        long before = Tensor.TotalCount;
        t[0, TensorIndex.None, TensorIndex.Tensor(index), 1..].Dispose();
        t[TensorIndex.Ellipsis].Dispose();
        t[TensorIndex.Bool(true), 1].Dispose();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void Arithmetic_keeps_to_the_rules_of_element_types()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor whole = torch.tensor(new[] { 1, 2, -3 });
        Assert.Equal(ScalarType.Int32, (whole + 1).dtype);
        Assert.Equal(ScalarType.Float32, (whole + 0.5).dtype);
        Assert.Equal(ScalarType.Float32, (whole / 2).dtype);
        Assert.Equal([4f, 3, 8], (5f - whole).data<float>().ToArray());
        Assert.Equal([2f, 1, -2 / 3f], (2 / whole.to(float32)).data<float>().ToArray());
        Assert.Equal([0L, 1, -2], Values(whole.div(2, RoundingMode.floor)));
        Assert.Equal([0L, 1, -1], Values(whole.div(2, RoundingMode.trunc)));
        Assert.Equal([1L, 0, 1], Values(whole % 2));
        Assert.Equal([0L, 1, 0], Values(whole > 1));
        Assert.Equal([0L, 0, 1], Values((whole < 1) & ~whole.eq(2)));
        Assert.Equal(-2.0, (double)whole.to(float64)[2] + 1);
        Assert.Equal([2f, 4, -6], whole.to(float32).mul_(2).data<float>().ToArray());
        Assert.Equal([1f, 2, 1], whole.to(float32).clamp(1, 2).data<float>().ToArray());
        Assert.True(whole.Equals(torch.tensor(new[] { 1, 2, -3 })));
        Assert.True(torch.full([2], 3).dtype == ScalarType.Int64);
    }

    [Fact]
    public void Reductions_and_orderings_agree_with_the_same_in_csharp()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        double[] numbers = [3, -1, 4, 1, -5, 9];
        Tensor t = torch.tensor(numbers).reshape(2, 3);
        Assert.Equal(numbers.Sum(), t.sum().item<double>());
        Assert.Equal([4.0, -6, 13], t.sum(0L).data<double>().ToArray());
        Assert.Equal([2.0, 5.0 / 3], t.mean([1]).data<double>().ToArray());
        Assert.Equal(14.0, t[0].var(false).item<double>() * 3, 1e-9);
        (Tensor values, Tensor indexes) = t.max(1);
        Assert.Equal([4.0, 9], values.data<double>().ToArray());
        Assert.Equal([2L, 2], Values(indexes));
        Assert.Equal([9.0, 4], t.flatten().topk(2).values.data<double>().ToArray());
        Assert.Equal(numbers.Order(), t.flatten().sort().Values.data<double>().ToArray());
        Assert.Equal([1L, 1], Values(t.argmin(1)));
        Assert.Equal(Math.Sqrt(numbers.Sum(n => n * n)), t.norm().item<double>(), 1e-12);
        Assert.Equal([0L, 2, 0, 1], Values(torch.tensor(new long[] { 1, 3, 1 }).bincount(null)));
        Assert.Equal([2.0, 0, 0.5], torch.bincount(
            torch.tensor(new long[] { 0, 2 }), torch.tensor(new[] { 2.0, 0.5 }), 3).data<double>().ToArray());
        Assert.Equal([1L, 3], Values(torch.tensor(new long[] { 3, 1, 3 }).unique().output));
        Assert.True(t.isfinite().all().item<bool>());
        Assert.Equal([4L, 1], Values(torch.tensor(new long[] { 1, 2, 4 }).gather(0, torch.tensor(new long[] { 2, 0 }))));
        Assert.Equal([5L, 1], Values(torch.zeros(2, int64).scatter_add(
            0, torch.tensor(new long[] { 0, 1, 0 }), torch.tensor(new long[] { 2, 1, 3 }))));
    }

    [Fact]
    public void Shapes_change_without_losing_elements()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = Counted(2, 3, 4);
        Assert.Equal([4L, 2, 3], t.permute(2, 0, 1).shape);
        Assert.False(t.transpose(0, 1).is_contiguous());
        Assert.Equal([24L], t.flatten().shape);
        Assert.Equal([1L, 24], t.view(1, -1).shape);
        Assert.Equal([2L, 3, 4], torch.stack(t.unbind()).shape);
        Assert.True(torch.cat(t.split(1, 2), 2).Equals(t));
        Assert.Equal([3L, 2, 1, 0], Values(t[0, 0].flip(0)));
        Assert.Equal([2L, 5, 3, 4], t.unsqueeze(1).expand(2, 5, 3, 4).shape);
        Assert.Equal(12, t.stride(0));
        Assert.Equal([0L, 1, 0, 1], Values(torch.tensor(new long[] { 0, 1 }).repeat(2)));
        Assert.Equal(100, t.chunk(2, 2).Sum(c => c.numel()) + torch.linspace(0, 1, 76).numel());
        Assert.Equal(8, torch.cat(Enumerable.Range(0, 8).Select(i => torch.tensor(i).reshape(1)).ToArray()).size(0));
        Assert.Equal(40, torch.stack(Enumerable.Range(0, 40).Select(_ => torch.zeros(1))).size(0));
    }

    [Fact]
    public void Small_types_come_back_through_conversion()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = torch.tensor(new[] { 1.5f, -2f });
        Assert.Equal([1.5f, -2], t.bfloat16().@float().data<float>().ToArray());
        Assert.Equal((Half)1.5f, t.half().data<Half>()[0]);
        Assert.Equal([1L, -2], Values(t.to_type(ScalarType.Int8)));
        Assert.True(t.to(ScalarType.Float32).Handle == t.Handle);
        Assert.False(t.to(ScalarType.Float32, copy: true).Handle == t.Handle);
    }

    [Fact]
    public void A_tensor_goes_through_a_file()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor t = Counted(3, 2).t();
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        t.Save(writer);
        Assert.Equal([4, 2, 2, 3], file.ToArray().Take(4).Select(b => (int)b));
        file.Position = 0;
        using var reader = new BinaryReader(file);
        Tensor back = TensorExtensionMethods.Load(reader);
        Assert.True(back.Equals(t));
        file.Position = 0;
        Assert.Throws<ArgumentException>(() => torch.zeros(2, 3).Load(reader));
        file.SetLength(20);
        file.Position = 0;
        Assert.Throws<EndOfStreamException>(() => TensorExtensionMethods.Load(reader));
    }
}
