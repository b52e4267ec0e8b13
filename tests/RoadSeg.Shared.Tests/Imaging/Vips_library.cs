using RoadSeg.Imaging;
using RoadSeg.Imaging.Native;

namespace RoadSeg.Tests.Imaging;

public sealed class Vips_library
{
    [Fact]
    public void Is_loaded_once_and_says_its_version()
    {
        VipsLibrary.Initialize();
        Assert.True(VipsLibrary.Version >= new Version(8, 15));
        Assert.True(VipsLibrary.Supports(ImageFormat.Jpeg) && VipsLibrary.Supports(ImageFormat.Png) && VipsLibrary.Supports(ImageFormat.WebP));
        var error = Assert.Throws<InvalidOperationException>(() => VipsLibrary.Initialize("/another/libvips.so"));
        Assert.Contains("already loaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_missing_or_another_is_refused_with_advice()
    {
        var missing = Assert.Throws<InvalidOperationException>(() => VipsLibrary.Load("/nowhere/libvips.so.42"));
        Assert.Contains("'/nowhere/libvips.so.42' cannot be loaded. Name the file of a libvips 8.15 or newer", missing.Message, StringComparison.Ordinal);
        var other = VipsLibrary.Load("libc.so.6");
        var error = Assert.Throws<InvalidOperationException>(() => VipsLibrary.CheckVersion(other, "libc.so.6"));
        Assert.Contains("'libc.so.6' is not libvips", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gifload_buffer")]
    [InlineData("svgload_buffer")]
    [InlineData("pngload")]
    [InlineData("jpegload_source")]
    public void Loaders_that_are_not_on_the_list_are_blocked(string loader)
    {
        Assert.True(Vips.HasOperation(loader));
        Assert.Throws<VipsException>(() =>
        {
            using var operation = new VipsOperation(loader);
            operation.Image().Dispose();
        });
    }
}
