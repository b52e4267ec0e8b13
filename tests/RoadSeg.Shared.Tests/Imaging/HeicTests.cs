using System.Buffers.Binary;
using System.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>HEIC: refused with advice by the library that ships; read by Debian's, which these tests run with in a process of their own.</summary>
public sealed class HeicTests
{
    private const string Debian = "/usr/lib/x86_64-linux-gnu/libvips.so.42";

    private static bool Reads => VipsLibrary.Supports(ImageFormat.Heic);

    [Fact]
    public async Task Debians_library_passes_the_tests_below()
    {
        Assert.SkipWhen(Reads, "This is that process.");
        if (!File.Exists(Debian))
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "Debian's libvips is missing: apt-get install libvips42");
            Assert.Skip("Debian's libvips is not installed (apt-get install libvips42).");
        }

        var cancel = TestContext.Current.CancellationToken;
        string[] classes = [nameof(HeicTests), nameof(PhotoDecodingTests), nameof(TiffPageTests)];
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(HeicTests).Assembly.Location, "-noColor", .. classes.SelectMany(name => (string[])["-class", $"*.{name}"])])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["ROADSEG_VIPS"] = Debian },
        };
        using var run = Process.Start(start)!;
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(cancel), run.StandardError.ReadToEndAsync(cancel));
        await run.WaitForExitAsync(cancel);

        Assert.True(run.ExitCode == 0, $"{await output}\n{await errors}");
        Assert.Contains("Failed: 0, Skipped: 1,", await output, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_library_cannot_the_refusal_says_how_to_get_it()
    {
        foreach (var name in (string[])["turned.heic", "burst.heic"])
        {
            if (Reads)
            {
                Assert.Equal(ImageFormat.Heic, Read(Photos.Fixture(name)).Format);
                continue;
            }

            var refusal = Refused(ErrorCodes.ImageFormatUnsupported, Photos.Fixture(name));
            Assert.StartsWith("The file looks like HEIC, ", refusal, StringComparison.Ordinal);
            Assert.Contains("as JPEG", refusal, StringComparison.Ordinal);
            Assert.Contains("ROADSEG_VIPS", refusal, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_photo_that_its_container_turns_is_upright_and_not_turned_again_by_its_Exif()
    {
        if (Reads)
            AssertIsTheStreet(Photos.Fixture("turned.heic"));
    }

    [Fact]
    public void A_burst_gives_its_primary_picture()
    {
        if (Reads)
            AssertIsTheStreet(Photos.Fixture("burst.heic"));
    }

    [Theory]
    [InlineData("heic", "msf1")]
    [InlineData("heic", "hevc")]
    [InlineData("heix", "msf1")]
    [InlineData("mif1", "heic")]
    [InlineData("mif1", "mif1")]
    public void A_still_picture_with_a_sequence_beside_it_is_a_still_picture(string major, string compatible)
    {
        var file = Branded(major, compatible);
        if (Reads)
            AssertIsTheStreet(file);
        else
            Refused(ErrorCodes.ImageFormatUnsupported, file);
    }

    [Theory]
    [InlineData("msf1")]
    [InlineData("hevc")]
    [InlineData("hevx")]
    [InlineData("hevm")]
    [InlineData("hevs")]
    public void A_sequence_is_called_one(string major) => Refused(ErrorCodes.ImageAnimated, Branded(major, "heic"));

    [Fact]
    public void A_file_that_is_cut_anywhere_is_corrupt()
    {
        var file = Photos.Fixture("turned.heic");
        for (var length = 28; Reads && length < file.Length - 40; length += 97)
        {
            var cut = file[..length];
            Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => ImageDecoder.Decode(cut, Read(cut))).Code);
        }
    }

    /// <summary>The size stands in the container (ispe), and again in the picture's own bytes.</summary>
    [Theory]
    [InlineData(16_000, 16_000, "image-too-many-pixels")]
    [InlineData(65_536, 65_536, "image-corrupt")] // more than libheif itself allows
    [InlineData(int.MaxValue, int.MaxValue, "image-corrupt")]
    [InlineData(0, 160, "image-corrupt")]
    public void A_size_that_is_none_is_refused_from_the_header(int width, int height, string code)
    {
        var file = Photos.Fixture("turned.heic");
        var size = file.AsSpan().IndexOf("ispe"u8) + 8;
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(size), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(size + 4), height);
        if (Reads)
            Refused(ErrorCodes.Parse(code), file);
    }

    private static void AssertIsTheStreet(byte[] file)
    {
        var header = Read(file);
        Assert.Equal((160, 120, 1, 1), (header.OrientedWidth, header.OrientedHeight, header.Orientation, header.Frames));
        var street = ImageDecoder.ResizeForModel(Photos.Upright(), new PreprocessSpec(ResizeMode.Stretch, 160, 120));
        Assert.InRange(Pictures.Difference(street, ImageDecoder.Decode(file, header)).Mean, 0, 6);
        Assert.InRange(Pictures.Difference(street, ImageDecoder.DecodeForModel(file, header, new PreprocessSpec(ResizeMode.Stretch, 160, 120))).Mean, 0, 6);
    }

    private static byte[] Branded(string major, string compatible)
    {
        var file = Photos.Fixture("turned.heic");
        System.Text.Encoding.ASCII.GetBytes(major).CopyTo(file, 8);
        System.Text.Encoding.ASCII.GetBytes(compatible).CopyTo(file, 20);
        return file;
    }

    private static ImageHeader Read(byte[] file) => ImageProbe.Read(file, ImageLimits.Default);

    private static string Refused(ErrorCode code, byte[] file)
    {
        var error = Assert.Throws<RoadSegException>(() => Read(file));
        Assert.True(code == error.Code, $"{error.Code}: {error.Message} {error.InnerException?.Message}");
        return error.Message;
    }
}
