using RoadSeg.Functions.Clips;

namespace RoadSeg.Functions.Tests.Clips;

public sealed class ClipFolderTests
{
    /// <summary>A process that was killed left somebody's video on the disk for good.</summary>
    [Fact]
    public void What_a_killed_process_left_goes_with_the_next_video_and_what_another_works_on_stays()
    {
        var (left, other) = (Directory.CreateTempSubdirectory("roadseg-clip-"), Directory.CreateTempSubdirectory("roadseg-clip-"));
        File.WriteAllBytes(Path.Combine(left.FullName, "video"), [1]);
        Directory.SetLastWriteTimeUtc(left.FullName, TimeProvider.System.GetUtcNow().AddMinutes(-20).UtcDateTime);

        string own;
        using (var folder = new ClipFolder(TimeProvider.System))
        {
            own = folder["video"];
            File.WriteAllBytes(own, [1]);
            Assert.False(Directory.Exists(left.FullName));
            Assert.True(Directory.Exists(other.FullName));
        }

        Assert.False(Directory.Exists(Path.GetDirectoryName(own)));
        other.Delete();
    }
}
