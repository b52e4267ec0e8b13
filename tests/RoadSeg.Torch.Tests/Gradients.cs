using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

/// <summary>Backward against central differences, in float64 with a step of 1e-6: agreement to 1e-6 of the largest gradient.</summary>
public sealed class Gradients : TorchTest
{
    private static void Check(Func<Tensor[], Tensor> function, params long[][] shapes)
    {
        using DisposeScope scope = torch.NewDisposeScope();
        using var generator = new Generator(11);
        Tensor[] inputs = [.. shapes.Select(s => torch.randn(s, ScalarType.Float64, requires_grad: true, generator: generator))];
        // A random weighting of the outputs, so that no error cancels in the sum.
        Tensor probe = function(inputs);
        Tensor weights = torch.randn(probe.shape, ScalarType.Float64, generator: generator);
        double Scalar() => (function(inputs) * weights).sum().item<double>();

        (probe * weights).sum().backward();
        foreach (Tensor input in inputs)
        {
            double[] analytic = input.grad!.contiguous().data<double>().ToArray();
            double largest = analytic.Max(Math.Abs);
            Assert.True(largest > 0, "the gradient is zero everywhere");
            using IDisposable unrecorded = torch.no_grad();
            for (int i = 0; i < analytic.Length; i++)
            {
                const double h = 1e-6;
                Tensor flat = input.view(-1);
                double before = flat[i].item<double>();
                flat[i] = before + h;
                double up = Scalar();
                flat[i] = before - h;
                double down = Scalar();
                flat[i] = before;
                Assert.Equal((up - down) / (2 * h), analytic[i], 1e-6 * Math.Max(1, largest));
            }
        }
    }

    [Fact]
    public void A_dilated_strided_grouped_convolution_has_the_right_gradients() => Check(
        x => nn.functional.conv2d(x[0], x[1], x[2], strides: [2, 1], padding: [2, 1], dilation: [2, 1], groups: 2),
        [2, 4, 6, 5], [6, 2, 3, 3], [6]);

    [Fact]
    public void Batch_normalisation_over_the_batch_has_the_right_gradients() => Check(
        x => nn.functional.batch_norm(x[0], null, null, x[1], x[2], training: true), [3, 2, 4, 3], [2], [2]);

    [Fact]
    public void Batch_normalisation_with_running_statistics_has_the_right_gradients() => Check(
        x => nn.functional.batch_norm(
            x[0], torch.tensor(new[] { 0.5, -0.25 }), torch.tensor(new[] { 2.0, 0.5 }), x[1], x[2], training: false),
        [2, 2, 3, 3], [2], [2]);

    [Theory]
    [InlineData(InterpolationMode.Bilinear, false)]
    [InlineData(InterpolationMode.Bilinear, true)]
    [InlineData(InterpolationMode.Bicubic, false)]
    public void Resizing_has_the_right_gradients(InterpolationMode mode, bool corners) => Check(
        x => nn.functional.interpolate(x[0], [7, 9], mode: mode, align_corners: corners), new[] { 1L, 2, 4, 3 });

    [Fact]
    public void Resizing_to_the_nearest_has_the_right_gradients() => Check(
        x => nn.functional.interpolate(x[0], scale_factor: [2.0]), new[] { 1L, 2, 3, 3 });

    [Theory]
    [InlineData(nn.Reduction.Mean, 0.0, false)]
    [InlineData(nn.Reduction.Sum, 0.1, false)]
    [InlineData(nn.Reduction.None, 0.0, true)]
    public void Cross_entropy_with_ignored_pixels_has_the_right_gradients(nn.Reduction reduction, double smoothing, bool weighted) => Check(
        x => nn.functional.cross_entropy(
            x[0],
            torch.tensor(new long[] { 0, 2, 255, 1, 2, 2, 0, 255 }, [2, 2, 2]),
            weighted ? torch.tensor(new[] { 0.5, 1.0, 2.0 }) : null,
            255,
            reduction,
            smoothing),
        new[] { 2L, 3, 2, 2 });

    [Fact]
    public void Pooling_has_the_right_gradients() => Check(
        x => nn.functional.max_pool2d(x[0], 3, stride: 2, padding: 1).sum(new long[] { 2, 3 })
            + nn.functional.adaptive_avg_pool2d(x[0], 1).flatten(1),
        new[] { 2L, 2, 5, 5 });

    [Fact]
    public void Gradients_of_chosen_inputs_are_computed_without_touching_grad()
    {
        using Tensor x = torch.tensor(new[] { 1.0, 2.0 }, requires_grad: true);
        using Tensor y = x.pow(2);
        using Tensor sum = y.sum();
        using Tensor gradient = torch.autograd.grad([sum], [x])[0];
        Assert.Equal([2.0, 4.0], gradient.data<double>().ToArray());
        Assert.Null(x.grad);
    }

    [Fact]
    public void Nothing_is_recorded_under_no_grad_and_inference_mode()
    {
        using Tensor x = torch.ones(2, requires_grad: true);
        using (torch.no_grad())
        {
            using Tensor y = x * 2;
            Assert.False(y.requires_grad);
            Assert.False(torch.is_grad_enabled());
            using (torch.enable_grad())
                Assert.True(torch.is_grad_enabled());
        }

        Assert.True(torch.is_grad_enabled());
        using (torch.inference_mode())
        {
            Assert.True(torch.is_inference_mode_enabled());
            using Tensor y = x * 2;
            Assert.False(y.requires_grad);
        }

        Assert.False(torch.is_inference_mode_enabled());
    }
}
