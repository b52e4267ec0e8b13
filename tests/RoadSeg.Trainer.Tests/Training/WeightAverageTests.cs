using RoadSeg.Trainer.Training;
using RoadSeg.Trainer.Weights;

namespace RoadSeg.Trainer.Tests.Training;

public sealed class WeightAverageTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_average_is_the_mean_by_shares_and_keeps_the_firsts_counts_and_metadata()
    {
        Write("a", [0, 4], 7);
        Write("b", [4, 0], 9);
        var mean = WeightAverage.Of([$"1:{_folder["a"]}", $"3:{_folder["b"]}"]);
        Assert.Equal([3f, 1f], mean.Tensors["weight"].Floats());
        Assert.Equal([7L], mean.Tensors["count"].Longs());
        Assert.Equal("a", mean.Metadata["name"]);
        Assert.Equal([2f, 2f], WeightAverage.Of([_folder["a"], _folder["b"]]).Tensors["weight"].Floats());

        // Of a run under way the averaged weights count, not those that learn.
        var (averaged, learning) = (StoredTensor.Of([8f, 8f], 2), StoredTensor.Of([100f, 100f], 2));
        new SafeTensors(
            new Dictionary<string, string>(),
            new Dictionary<string, StoredTensor> { ["model.weight"] = learning, ["average.weight"] = averaged, ["average.count"] = StoredTensor.Of([1L], 1) }).Write(_folder["last"]);
        Assert.Equal([4f, 6f], WeightAverage.Of([_folder["a"], _folder["last"]]).Tensors["weight"].Floats());
    }

    [Fact]
    public void What_cannot_be_averaged_is_refused_with_the_reason()
    {
        Write("a", [0, 4], 7);
        Write("c", [1, 2, 3], 7);
        Assert.Contains("takes two checkpoints at least", Refused(_folder["a"]), StringComparison.Ordinal);
        Assert.Contains("has other weights than", Refused(_folder["a"], _folder["c"]), StringComparison.Ordinal);
        Assert.Contains("'much' is no share", Refused(_folder["a"], $"much:{_folder["a"]}"), StringComparison.Ordinal);
        Assert.Contains("There is no file", Refused(_folder["a"], _folder["none"]), StringComparison.Ordinal);
    }

    private static string Refused(params string[] parts) => Assert.Throws<TrainerException>(() => WeightAverage.Of(parts)).Message;

    private void Write(string name, float[] values, long count) =>
        new SafeTensors(
            new Dictionary<string, string> { ["name"] = name },
            new Dictionary<string, StoredTensor> { ["weight"] = StoredTensor.Of(values, values.Length), ["count"] = StoredTensor.Of([count], 1) }).Write(_folder[name]);
}
