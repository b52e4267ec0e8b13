using System.Text;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Weights;

namespace RoadSeg.Trainer.Tests.Weights;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_back()
    {
        var path = Sample();
        var read = SafeTensors.Read(path);
        Assert.Equal("value", read.Metadata["key"]);
        Assert.Equal([1, 2, 3, 4, 5, 6], read.Tensors["a"].Floats());
        Assert.Equal([2, 3], read.Tensors["a"].Shape);
        Assert.Equal([7L], read.Tensors["b"].Longs());
    }

    [Theory]
    [InlineData("F16", new byte[] { 0x00, 0x3e }, 1.5f)]
    [InlineData("BF16", new byte[] { 0xc0, 0x3f }, 1.5f)]
    [InlineData("I32", new byte[] { 3, 0, 0, 0 }, 3f)]
    public void Other_number_types_come_as_floats(string type, byte[] bytes, float expected) =>
        Assert.Equal([expected], new StoredTensor(type, [1], bytes).Floats());

    [Fact]
    public void A_file_cut_at_any_byte_is_refused()
    {
        var whole = File.ReadAllBytes(Sample());
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(_folder["cut"], whole[..length]);
            Assert.Throws<TrainerException>(() => SafeTensors.Read(_folder["cut"]));
        }
    }

    [Fact]
    public void A_file_with_any_byte_changed_is_read_or_refused_but_never_breaks()
    {
        var whole = File.ReadAllBytes(Sample());
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var broken = whole.ToArray();
            for (var n = random.Next(1, 4); n > 0; n--)
                broken[random.Next(broken.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(_folder["broken"], broken);
            try
            {
                SafeTensors.Read(_folder["broken"]);
            }
            catch (TrainerException)
            {
            }
        }
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,4],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""{"a":{"dtype":"F33","shape":[2],"data_offsets":[0,8]}}""", 8)]
    [InlineData("""[1]""", 0)]
    public void Overlaps_gaps_leftovers_wrong_sizes_and_unknown_types_are_refused(string header, int body)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(_folder["x"], [.. BitConverter.GetBytes((long)bytes.Length), .. bytes, .. new byte[body]]);
        Assert.Throws<TrainerException>(() => SafeTensors.Read(_folder["x"]));
    }

    [Fact]
    public void A_disk_that_fills_up_leaves_the_previous_file_whole()
    {
        if (!Directory.Exists("/dev/shm") || !File.Exists("/dev/full"))
            Assert.Skip("There is no /dev/full here.");
        var path = Sample();
        var before = File.ReadAllBytes(path);

        // The temporary file is a link to the device that is always full.
        File.CreateSymbolicLink(path + ".tmp", "/dev/full");
        var refused = Assert.Throws<TrainerException>(() => Content().Write(path));
        Assert.Contains("still whole", refused.Message);
        Assert.Equal(before, File.ReadAllBytes(path));
    }

    private static SafeTensors Content() => new(
        new Dictionary<string, string> { ["key"] = "value" },
        new Dictionary<string, StoredTensor> { ["a"] = StoredTensor.Of([1f, 2, 3, 4, 5, 6], 2, 3), ["b"] = StoredTensor.Of([7L]) });

    private string Sample()
    {
        Content().Write(_folder["sample"]);
        return _folder["sample"];
    }
}
