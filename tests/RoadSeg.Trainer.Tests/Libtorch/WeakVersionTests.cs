using System.Text;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Libtorch;

namespace RoadSeg.Trainer.Tests.Libtorch;

/// <summary>The change to TorchSharp's own file that lets it load with an older libstdc++, on that file.</summary>
public sealed class WeakVersionTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32";

    private static readonly byte[] Original = File.ReadAllBytes(TorchLibrary.Find("libLibTorchSharp.so", [.. TorchLibrary.PackageFolders]));

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_flag_of_one_record_is_all_that_changes()
    {
        var changed = Original.ToArray();
        Assert.Equal(1, WeakVersion.Set(changed, Version));
        var at = Assert.Single(Enumerable.Range(0, Original.Length), i => Original[i] != changed[i]);
        Assert.Equal((0, 2), (Original[at], changed[at]));

        // The hash of the version's name stands before the flags.
        Assert.Equal(0x0297f842u, BitConverter.ToUInt32(Original, at - 4));
        var again = changed.ToArray();
        Assert.Equal(1, WeakVersion.Set(again, Version));
        Assert.Equal(changed, again);
    }

    [Theory]
    [InlineData("GLIBCXX_3.4.99")]
    [InlineData("GLIBCXX_3.4.3")]
    [InlineData("")]
    public void A_version_that_is_not_asked_for_changes_nothing(string version)
    {
        var same = Original.ToArray();
        Assert.Equal(0, WeakVersion.Set(same, version));
        Assert.Equal(Original, same);
    }

    [Fact]
    public void A_version_that_no_system_has_keeps_it_from_loading_until_it_is_a_wish()
    {
        // The name alone is changed, so that this holds on systems that have the version.
        const string nobodys = "GLIBCXX_3.4.77";
        var content = Original.ToArray();
        Encoding.ASCII.GetBytes(nobodys).CopyTo(content, content.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Version + "\0")));
        File.WriteAllBytes(_folder["asks.so"], content);
        Assert.Contains(nobodys, Assert.Throws<TrainerException>(() => TorchLibrary.Open(_folder["asks.so"])).Message);

        Assert.Equal(1, WeakVersion.Set(content, nobodys));
        File.WriteAllBytes(_folder["wishes.so"], content);
        Assert.NotEqual(0, TorchLibrary.Open(_folder["wishes.so"]));
    }

    [Fact]
    public void What_is_no_library_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => WeakVersion.Set([], Version));
        Assert.Throws<InvalidDataException>(() => WeakVersion.Set(Encoding.ASCII.GetBytes("MZ, a program of another system"), Version));
    }

    [Fact]
    public void A_file_that_is_cut_short_anywhere_is_refused_or_still_whole_where_it_matters()
    {
        for (var length = 0; length < Original.Length; length += 1 + (length / 9))
        {
            var cut = Original[..length];
            try
            {
                Assert.InRange(WeakVersion.Set(cut, Version), 0, 1);
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void Damaged_tables_end_in_a_refusal_too()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            var damaged = Original.ToArray();
            for (var j = 0; j < 20; j++)
                damaged[random.Next(5, 700)] = (byte)random.Next(256);
            try
            {
                WeakVersion.Set(damaged, Version);
            }
            catch (InvalidDataException)
            {
            }
        }
    }
}
