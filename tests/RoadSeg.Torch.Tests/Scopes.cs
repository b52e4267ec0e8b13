using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Tests;

public sealed class Scopes : TorchTest
{
    [Fact]
    public void A_scope_disposes_what_was_made_in_it_and_keeps_what_was_moved_out()
    {
        Tensor inner, kept, detached;
        using (DisposeScope outer = torch.NewDisposeScope())
        {
            using (DisposeScope scope = torch.NewDisposeScope())
            {
                inner = torch.ones(2);
                kept = torch.ones(2).MoveToOuterDisposeScope();
                detached = scope.Detach(torch.ones(2));
                Assert.Equal(1, scope.DisposablesCount);
                Assert.True(scope.Contains(inner));
            }

            Assert.True(inner.IsInvalid);
            Assert.False(kept.IsInvalid);
            Assert.Equal(1, outer.DisposablesCount);
        }

        Assert.True(kept.IsInvalid);
        Assert.False(detached.IsInvalid);
        detached.Dispose();
    }

    [Fact]
    public void A_tensor_disposed_by_hand_leaves_its_scope()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor tensor = torch.ones(1);
        tensor.Dispose();
        tensor.Dispose();
        Assert.Equal(0, scope.DisposablesCount);
        Assert.Throws<InvalidOperationException>(() => tensor.shape);
    }

    [Fact]
    public void Everything_but_the_named_can_be_disposed_on_the_way()
    {
        using DisposeScope scope = torch.NewDisposeScope();
        Tensor a = torch.ones(1), b = torch.ones(1);
        scope.DisposeEverythingBut(a);
        Assert.False(a.IsInvalid);
        Assert.True(b.IsInvalid);
        Assert.Equal([a], scope.DisposablesView);
    }

    [Fact]
    public void A_tensor_from_outside_can_be_attached()
    {
        Tensor tensor = torch.ones(1);
        using (DisposeScope scope = torch.NewDisposeScope())
            scope.Attach(tensor);
        Assert.True(tensor.IsInvalid);
    }

    [Fact]
    public void A_parameter_takes_the_place_of_the_tensor_it_was_made_of()
    {
        TorchSharp.Modules.Parameter parameter;
        using (DisposeScope scope = torch.NewDisposeScope())
        {
            Tensor data = torch.ones(1);
            parameter = new TorchSharp.Modules.Parameter(data);
            Assert.True(data.IsInvalid);
            Assert.Equal([parameter], scope.DisposablesView);
        }

        Assert.True(parameter.IsInvalid);
    }

    [Fact]
    public void The_parts_of_a_module_outlive_the_scope_it_was_made_in()
    {
        TorchSharp.Modules.Conv2d conv;
        TorchSharp.Modules.BatchNorm2d norm;
        using (torch.NewDisposeScope())
        {
            conv = nn.Conv2d(1, 1, 1);
            norm = nn.BatchNorm2d(1);
        }

        Assert.False(conv.weight.IsInvalid);
        Assert.False(norm.running_var!.IsInvalid);
        conv.Dispose();
        norm.Dispose();
    }

    [Fact]
    public void Statistics_count_by_thread()
    {
        ThreadDisposeScopeStatistics statistics = DisposeScopeManager.Statistics;
        statistics.Reset();
        using (torch.NewDisposeScope())
        {
            _ = torch.ones(1);
            torch.ones(1).DetachFromDisposeScope().Dispose();
        }

        Assert.Equal(2, statistics.CreatedInScopeCount);
        Assert.Equal(1, statistics.DetachedFromScopeCount);
        Assert.Equal(1, statistics.DisposedInScopeCount);
        Assert.Equal(0, statistics.ThreadTotalLiveCount);
    }
}
