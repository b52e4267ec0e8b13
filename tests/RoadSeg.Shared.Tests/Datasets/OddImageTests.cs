using RoadSeg.Datasets;
using RoadSeg.Imaging;
using RoadSeg.Tests.Imaging;

namespace RoadSeg.Tests.Datasets;

/// <summary>The field faults no-eoi.jpg and tiff-overview.tif as members of a data set: what is a photo when it is submitted is one
/// there.</summary>
public sealed class OddImageTests : IDisposable
{
    private readonly Drop drop = new()
    {
        Spec = Drop.Of("pairs", new SplitSpec { Train = 1, Val = 0, Test = 0 }, new LabelSpec { Classes = [new("road"), new("car")] })
            with { Patterns = new("images/{id}.{ext}", "labels/{id}.{ext}") },
    };

    public void Dispose() => drop.Dispose();

    [Fact]
    public async Task A_photo_without_its_end_marker_and_a_tiff_with_an_overview_are_members_and_cut_ones_and_pages_are_findings()
    {
        var jpeg = PhotoEncoder.Jpeg(Drop.Painted(1), 95);
        TiffPage page = new(Drop.Width, Drop.Height), overview = new(8, 4) { Kind = 1 };
        drop.Bytes("images/no-end.jpg", jpeg[..^2]).Bytes("images/cut.jpg", jpeg[..^40]);
        drop.Bytes("images/webp.webp", PhotoEncoder.WebP(Drop.Painted(2)));
        drop.Bytes("images/overview.tif", Files.Tiff([overview, page])).Bytes("images/pages.tif", Files.Tiff([page, page]));
        foreach (var name in (string[])["no-end", "cut", "webp", "overview", "pages"])
            drop.Ids($"labels/{name}.png", Drop.Halves(0, 1));

        var report = await drop.CheckAsync();

        Assert.Equal((5L, 3L), (report.Pairs, report.Usable));
        var unreadable = Drop.Find(report, FaultKind.ImageUnreadable)!.Examples;
        Assert.Equal(["images/cut.jpg", "images/pages.tif"], unreadable.Select(example => example.File).Order(StringComparer.Ordinal));
        Assert.Contains(unreadable, example => example.Detail.Contains("2 pages", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mask_in_a_tiff_with_an_overview_is_read_at_full_resolution()
    {
        TiffPage mask = new(Drop.Width, Drop.Height) { Fill = 1 }, overview = new(8, 4) { Kind = 1, Fill = 0 };
        drop.Image("images/a.png").Bytes("labels/a.tif", Files.Tiff([overview, mask]));

        var report = await drop.CheckAsync();

        Assert.Equal((1L, 1L), (report.Pairs, report.Usable));
        Assert.Null(Drop.Find(report, FaultKind.SizeMismatch));
    }
}
