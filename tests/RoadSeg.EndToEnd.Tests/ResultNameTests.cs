using System.Text;
using RoadSeg.Cli.Segment;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Names of the files that the command saves.</summary>
public sealed class ResultNameTests
{
    [Fact]
    public void Results_of_photos_whose_names_are_alike_or_long_have_names_of_their_own()
    {
        string[] files =
        [
            "a.jpg", "b/a.jpg", "a-2.jpg", "A.png", "\uD83D\uDE97.jpg", new string('x', 251) + ".jpg", new string('x', 250) + "y.jpg",
            string.Concat(Enumerable.Repeat("\uD83D\uDE97", 62)) + ".jpg", ".jpg", "..jpg",
        ];

        var names = ResultNames.Of(files);

        Assert.Equal(["a", "a-2", "a-2-2", "A-3", "\uD83D\uDE97"], names[..5]);
        Assert.Equal(names.Length, names.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.All(names, name => Assert.InRange(Encoding.UTF8.GetByteCount(name + ".overlay.jpg.part"), 1, 255));
        Assert.All(names, name => Assert.Equal(name, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(name))));
    }
}
