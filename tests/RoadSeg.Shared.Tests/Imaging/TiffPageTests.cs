using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>The case tiff-overview.tif of the field faults and its kin: copies of the photo inside its file are no pages.</summary>
public sealed class TiffPageTests
{
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_page_at_full_resolution_is_the_photo_wherever_it_stands(bool big, bool swapped)
    {
        TiffPage photo = new(8, 4) { Fill = 200 }, copy = new(4, 2) { Kind = 1 }, mask = new(8, 4) { Kind = 4 };
        TiffPage[][] files =
        [
            [photo], [photo, copy], [copy, photo], [copy, copy, photo, mask, copy], [photo, copy with { Kind = 3 }],
                [photo with { Kind = 2 }, copy],
            [photo, copy with { Kind = null, OldKind = 2 }],
        ];
        foreach (var pages in files)
        {
            var file = Files.Tiff(pages, big, swapped);
            var header = ImageProbe.Read(file, ImageLimits.Default);
            Assert.Equal((8, 4, 1), (header.Width, header.Height, header.Frames));
            Assert.All(ImageDecoder.Decode(file, header).Pixels, sample => Assert.Equal(200, sample));
        }
    }

    [Fact]
    public void A_photo_in_a_directory_below_its_thumbnail_is_the_photo()
    {
        var file = Files.Tiff([new(4, 2) { Kind = 1, Below = new(8, 4) { Fill = 200 } }]);
        var header = ImageProbe.Read(file, ImageLimits.Default);
        Assert.Equal((8, 4), (header.Width, header.Height));
        Assert.All(ImageDecoder.Decode(file, header).Pixels, sample => Assert.Equal(200, sample));
    }

    [Fact]
    public void A_copy_below_its_photo_is_passed_over() =>
        Assert.Equal(8, ImageProbe.Read(Files.Tiff([new(8, 4) { Below = new(4, 2) { Kind = 1 } }]), ImageLimits.Default).Width);

    [Fact]
    public void A_file_of_nothing_but_a_copy_is_that_copy() =>
        Assert.Equal(4, ImageProbe.Read(Files.Tiff([new(4, 2) { Kind = 1 }]), ImageLimits.Default).Width);

    [Fact]
    public void Real_pages_stay_refused()
    {
        TiffPage page = new(8, 4), copy = new(4, 2) { Kind = 1 };
        foreach (var pages in (TiffPage[][])[[page, page], [page, copy, page with { Kind = 2 }, copy], [copy, page, page]])
        {
            var error = Assert.Throws<RoadSegException>(() => ImageProbe.Read(Files.Tiff(pages), ImageLimits.Default));
            Assert.Equal(ErrorCodes.ImageAnimated, error.Code);
            Assert.Contains("2 pages", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Directories_that_lead_in_a_circle_end()
    {
        var file = Files.Tiff([new(8, 4), new(4, 2) { Kind = 1 }]);
        var first = BitConverter.ToInt32(file, 4);
        var entries = BitConverter.ToInt16(file, first);
        var second = BitConverter.ToInt32(file, first + 2 + (12 * entries));
        BitConverter.TryWriteBytes(file.AsSpan(second + 2 + (12 * BitConverter.ToInt16(file, second))), first);
        var error = Record.Exception(() => ImageProbe.Read(file, ImageLimits.Default));
        Assert.True(error is null or RoadSegException { Code.Code: "image-corrupt" }, $"{error}");
    }
}
