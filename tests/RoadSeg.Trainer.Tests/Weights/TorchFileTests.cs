using RoadSeg.Trainer;
using RoadSeg.Trainer.Weights;

namespace RoadSeg.Trainer.Tests.Weights;

/// <summary>Files that PyTorch itself wrote (tests/golden/trainer/make_torch_files.py).</summary>
public sealed class TorchFileTests
{
    [Theory]
    [InlineData("state.zip.pth")]
    [InlineData("state.legacy.pth")]
    [InlineData("wrapped.pth")]
    public void A_state_dict_is_read_with_its_views_and_types(string file)
    {
        var tensors = TorchFile.ReadAny(Golden(file)).Tensors;
        Assert.Equal(["bn.count", "bn.half", "conv.row", "conv.turned", "conv.weight", "parameter"], tensors.Keys.Order());
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (float)i), tensors["conv.weight"].Floats());
        Assert.Equal([4, 3], tensors["conv.turned"].Shape);
        Assert.Equal([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11], tensors["conv.turned"].Floats());
        Assert.Equal([4, 5, 6, 7], tensors["conv.row"].Floats());
        Assert.Equal([7L], tensors["bn.count"].Longs());
        Assert.Equal([1.5f, -2], tensors["bn.half"].Floats());
        Assert.Equal([1, 2], tensors["parameter"].Floats());
    }

    [Theory]
    [InlineData("malicious.pth")]
    [InlineData("malicious.legacy.pth")]
    public void A_pickle_that_calls_a_function_is_refused_and_calls_nothing(string file)
    {
        const string trace = "/tmp/roadseg-was-here";
        File.Delete(trace);
        var refused = Assert.Throws<TrainerException>(() => TorchFile.ReadAny(Golden(file)));
        Assert.Contains("posix.system", refused.Message);
        Assert.False(File.Exists(trace));
    }

    [Theory]
    [InlineData("state.zip.pth")]
    [InlineData("state.legacy.pth")]
    public void A_damaged_file_is_read_or_refused_but_never_breaks_or_grows(string file)
    {
        var whole = File.ReadAllBytes(Golden(file));
        var random = new Random(11);
        for (var i = 0; i < 2000; i++)
        {
            var broken = random.Next(4) == 0 ? whole[..random.Next(3, whole.Length)] : whole.ToArray();
            for (var n = random.Next(1, 6); n > 0; n--)
                broken[random.Next(2, broken.Length)] = (byte)random.Next(256);
            using var stream = new MemoryStream(broken);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                TorchFile.Read(stream);
            }
            catch (Exception e) when (e is TrainerException or EndOfStreamException or InvalidDataException or OverflowException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);
        }
    }

    [Fact]
    public void A_dictionary_within_itself_is_walked_once()
    {
        // 300 entries that are the dictionary itself: every path of five steps would be 300^5.
        var pickle = new PickleWriter().Dictionary().Put(0);
        for (var i = 0; i < 300; i++)
            pickle.Text($"k{i}").Get(0).SetItem();
        var refused = Assert.Throws<TrainerException>(() => TorchFile.Read(pickle.Archive(storage: 4)));
        Assert.Contains("holds no tensors", refused.Message);
    }

    [Fact]
    public void Many_tensors_that_are_views_of_one_storage_do_not_fill_the_memory()
    {
        const int floats = 1 << 18;
        var pickle = new PickleWriter().Dictionary();
        for (var i = 0; i < 2000; i++)
            pickle.Text($"t{i}").Tensor("0", floats).SetItem();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var refused = Assert.Throws<TrainerException>(() => TorchFile.Read(pickle.Archive(floats * 4)));
        Assert.Contains("larger than 4 times the file", refused.Message);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 20);

        var few = new PickleWriter().Dictionary().Text("a").Tensor("0", floats).SetItem().Text("b").Tensor("0", floats).SetItem();
        Assert.Equal(["a", "b"], TorchFile.Read(few.Archive(floats * 4)).Tensors.Keys);
    }

    private static string Golden(string file) => Path.Combine(Checkout.Root, "tests", "golden", "trainer", file);
}
