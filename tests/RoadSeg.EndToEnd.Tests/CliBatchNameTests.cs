using System.Text;
using RoadSeg.Cli.Batches;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Paths of the results of a batch.</summary>
public sealed class CliBatchNameTests
{
    /// <summary>A file system that tells upper from lower case, and one that does not, keep each.</summary>
    [Fact]
    public void No_two_photos_share_a_path_whatever_they_are_called()
    {
        string?[] photos =
        [
            "IMG-1.jpg", "IMG.JPG", "IMG.jpg", "img-1-0.jpg", "IMG-1.png", "IMG-1-4.jpg", "IMG-2.jpg", null, "photo-7.jpg", "a/b.jpg",
            "A/B.png", "a./b.jpg", "c.jpg", "../c.jpg", "", "/", "x\u0001.jpg", "x_.jpg",
            string.Concat(Enumerable.Repeat("\u8def", 80)) + ".jpg",
            string.Concat(Enumerable.Repeat("\u8def", 80)) + "2.jpg", "a.b" + new string('x', 220) + ".jpg",
        ];

        var names = BatchNames.Of([.. photos.Select(static (name, i) => (i, name))]);

        Assert.Equal(photos.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Equal(Path.Combine("_", "c"), names[13]);
        Assert.StartsWith("a.bxxx", names[20], StringComparison.Ordinal);
        Assert.All(
            names.SelectMany(static name => name.Split(Path.DirectorySeparatorChar)),
            static part => Assert.InRange(Encoding.UTF8.GetByteCount(part + ".summary.json.part"), 1, 255));
    }
}
