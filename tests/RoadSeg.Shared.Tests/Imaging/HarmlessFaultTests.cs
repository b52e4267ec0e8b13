using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Faults of a file that leave every row of the picture in it, and faults that do not, which decoders warn of in the same
/// words.</summary>
public sealed class HarmlessFaultTests
{
    private static readonly RgbImage Picture = Pictures.Busy(200, 150, 3);
    private static readonly PreprocessSpec Spec = new(ResizeMode.Stretch, 32, 32);

    public static TheoryData<string> Harmless => [.. HarmlessFaults().Keys];

    public static TheoryData<string> Harmful => [.. HarmfulFaults().Keys];

    [Theory]
    [MemberData(nameof(Harmless))]
    public void A_file_that_holds_every_row_is_no_refusal(string fault)
    {
        var (whole, faulty) = HarmlessFaults()[fault];
        Assert.NotEqual(whole, faulty);
        Assert.Equal(PhotoDecodingTests.Decode(whole).Pixels, PhotoDecodingTests.Decode(faulty).Pixels);
        Assert.Equal(ForModel(whole).Pixels, ForModel(faulty).Pixels);
    }

    [Theory]
    [MemberData(nameof(Harmful))]
    public void A_file_that_lacks_picture_is_corrupt(string fault)
    {
        var file = HarmfulFaults()[fault];
        Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => PhotoDecodingTests.Decode(file)).Code);
        Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => ForModel(file)).Code);
    }

    // The case no-eoi.jpg of the field faults, and cut-last-mcu.jpg beside it.
    [Fact]
    public void A_photo_without_its_end_marker_is_whole_and_one_without_its_last_block_is_not()
    {
        var photo = File.ReadAllBytes(Path.Combine(Checkout.Root, "samples", "street.jpg"));
        Assert.Equal(PhotoDecodingTests.Decode(photo).Pixels, PhotoDecodingTests.Decode(photo[..^2]).Pixels);
        foreach (var cut in (byte[][])[photo[..^12], [.. photo[..^12], 0xFF, 0xD9]])
            Assert.Equal(ErrorCodes.ImageCorrupt, Assert.Throws<RoadSegException>(() => PhotoDecodingTests.Decode(cut)).Code);
    }

    [Fact]
    public void Every_length_of_a_jpeg_is_whole_or_refused_as_its_rows_say()
    {
        var picture = Pictures.Busy(64, 48, 5);
        byte[][] files = [PhotoEncoder.Jpeg(picture), Saving.ProgressiveJpeg(picture), Saving.RestartingJpeg(picture, 2)];
        foreach (var file in files)
        {
            var whole = PhotoDecodingTests.Decode(file);
            for (var length = file.Length - 60; length < file.Length; length++)
            {
                foreach (var cut in (byte[][])[file[..length], [.. file[..length], 0xFF, 0xD9]])
                {
                    // What is accepted is the picture: the last bits of a progressive one may change next to nothing.
                    try
                    {
                        Assert.InRange(Pictures.Difference(whole, PhotoDecodingTests.Decode(cut)).Max, 0, file == files[1] ? 2 : 0);
                    }
                    catch (RoadSegException e) when (e.Code == ErrorCodes.ImageCorrupt)
                    {
                        Assert.True(length < file.Length - 2, $"{length} of {file.Length} bytes");
                    }
                }
            }
        }
    }

    private static Dictionary<string, (byte[] Whole, byte[] Faulty)> HarmlessFaults()
    {
        var faults = new Dictionary<string, (byte[], byte[])>();
        var jpeg = PhotoEncoder.Jpeg(Picture);
        var restarting = Saving.RestartingJpeg(Picture, 1);
        (string, byte[])[] kinds =
        [
            ("jpeg", jpeg), ("progressive jpeg", Saving.ProgressiveJpeg(Picture)), ("cmyk jpeg", Saving.CmykJpeg(Picture)),
            ("grey jpeg", Saving.GreyJpeg(Picture)), ("jpeg of restarts", restarting),
        ];
        foreach (var (kind, file) in kinds)
        {
            faults[$"{kind}: no end marker"] = (file, file[..^2]);
            faults[$"{kind}: half an end marker"] = (file, file[..^1]);
            faults[$"{kind}: no end marker, padded with zeros"] = (file, [.. file[..^2], .. new byte[4096]]);
            faults[$"{kind}: stray bytes before the end marker"] = (file, [.. file[..^2], 1, 2, 3, 0xFF, 0xD9]);
            faults[$"{kind}: bytes behind the end marker"] = (file, [.. file, .. "SEFT and more"u8]);
            faults[$"{kind}: another picture behind"] = (file, [.. file, .. PhotoEncoder.Jpeg(Pictures.Smooth(16, 16))]);
        }

        var tables = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        faults["jpeg: stray bytes before a marker"] = (jpeg, [.. jpeg[..tables], 0, 0x11, 0x22, .. jpeg[tables..]]);
        faults["jpeg: stray bytes and no end marker"] = (jpeg, [.. jpeg[..tables], 0, 0x11, 0x22, .. jpeg[tables..^2]]);
        faults["jpeg: hundreds of stray bytes"] = (restarting, StrayBeforeRestarts(restarting));
        foreach (var (fault, segment) in new[]
        {
            ("a part of a colour profile", Segment(0xE2, [.. "ICC_PROFILE\0"u8, 2, 3, 9, 9])),
            ("unknown JFIF version", Segment(0xE0, [.. "JFIF\0"u8, 9, 9, 7, 0, 1, 0, 1, 0, 0])),
            ("Exif that makes no sense", Segment(0xE1, [.. "Exif\0\0"u8, .. "nonsense"u8])),
        })
        {
            faults[$"jpeg: {fault}"] = (jpeg, [.. jpeg[..2], .. segment, .. jpeg[2..]]);
        }


        var png = PhotoEncoder.Png(Picture);
        (string, byte[])[] chunks =
            [("tEXt", [.. "Comment\0words"u8]), ("gAMA", [0, 0, 0xB1, 0x8F]), ("iCCP", [.. "p\0\0"u8, 1, 2, 3]), ("zzZz", [1])];
        foreach (var (chunk, data) in chunks)
            faults[$"png: wrong checksum of {chunk}"] = (png, [.. png[..33], .. WrongSum(Files.PngChunk(chunk, data)), .. png[33..]]);
        faults["png: gAMA of a wrong length"] = (png, [.. png[..33], .. Files.PngChunk("gAMA", [1, 2]), .. png[33..]]);
        faults["png: no end chunk"] = (png, png[..^12]);
        faults["png: half an end chunk"] = (png, png[..^7]);
        faults["png: wrong checksum of the end chunk"] = (png, [.. png[..^4], 1, 2, 3, 4]);
        faults["png: bytes behind the end"] = (png, [.. png, .. "more"u8]);
        faults["png: interlaced, no end chunk"] = (Saving.InterlacedPng(Picture), Saving.InterlacedPng(Picture)[..^12]);
        faults["png: a row too many"] = (Files.Png(2, 1, 8, 0, [0, 7, 9]), Files.Png(2, 1, 8, 0, [0, 7, 9, 0, 1, 2]));

        var webp = PhotoEncoder.WebP(Picture);
        faults["webp: bytes behind the end"] = (webp, [.. webp, .. "more"u8]);
        byte[] described = Files.WebPWithOrientation(webp, 200, 150, 1), unpadded = [.. described, .. "zzzz"u8, 1, 0, 0, 0, 5];
        faults["webp: the last byte's padding is missing"] = (webp, Resized(unpadded, 10));
        faults["webp: the last byte's padding is missing and not counted"] = (webp, Resized(unpadded, 9));
        faults["webp: an unknown chunk"] = (webp, Resized([.. webp, .. "zzzz"u8, 2, 0, 0, 0, 1, 2], 10));
        faults["webp: cut in the Exif behind the picture"] = (webp, described[..^9]);
        faults["webp: cut before the Exif behind the picture"] = (webp, described[..^(8 + Files.Exif(1).Length)]);
        faults["webp: Exif that makes no sense"] = (webp, Files.WebPWithOrientation(webp, 200, 150, 77));

        var tiff = Saving.Tiff(Picture);
        faults["tiff: bytes behind the end"] = (tiff, [.. tiff, .. "more"u8]);
        faults["tiff: an unknown tag"] = (Files.Tiff([new(8, 4)]), Files.Tiff([new(8, 4) { Extra = (60_000, 7) }]));
        faults["tiff: tags out of order"] = (Files.Tiff([new(8, 4)]), Files.Tiff([new(8, 4) { Extra = (200, 7) }]));
        faults["tiff: no byte counts of strips"] = (Files.Tiff([new(8, 4)]), Files.Tiff([new(8, 4) { Without = 279 }]));

        var avif = Saving.Avif(Picture);
        faults["avif: bytes behind the end"] = (avif, [.. avif, 0, 0, 0, 12, .. "free"u8, 1, 2, 3, 4]);
        return faults;
    }

    private static Dictionary<string, byte[]> HarmfulFaults()
    {
        var jpeg = PhotoEncoder.Jpeg(Picture);
        var progressive = Saving.ProgressiveJpeg(Picture);
        var lastScan = progressive.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var restarting = Saving.RestartingJpeg(Picture, 1);
        var png = PhotoEncoder.Png(Picture);
        return new()
        {
            ["jpeg: cut"] = jpeg[..^30],
            ["jpeg: cut and closed"] = [.. jpeg[..^30], 0xFF, 0xD9],
            ["jpeg: cut in the middle and closed"] = [.. jpeg[..(jpeg.Length / 2)], 0xFF, 0xD9],
            ["jpeg: cut and padded with zeros"] = [.. jpeg[..(jpeg.Length / 2)], .. new byte[jpeg.Length]],
            ["jpeg: no data at all"] = [.. jpeg[..(jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]) + 14)], 0xFF, 0xD9],
            ["jpeg: cut at a restart"] = restarting[..LastRestart(restarting)],
            ["jpeg: cut at a restart and closed"] = [.. restarting[..LastRestart(restarting)], 0xFF, 0xD9],
            ["progressive jpeg: its last scan is missing"] = progressive[..lastScan],
            ["progressive jpeg: its last scan is cut"] = progressive[..^30],
            ["progressive jpeg: its last scan is cut and closed"] = [.. progressive[..^30], 0xFF, 0xD9],
            ["webp: cut"] = PhotoEncoder.WebP(Picture)[..^4],
            ["webp: cut before the picture"] = PhotoEncoder.WebP(Picture)[..20],
            ["png: cut"] = png[..^40],
            ["png: wrong checksum of the picture"] = [.. png[..^16], 1, 2, 3, 4, .. png[^12..]],
        };
    }

    private static RgbImage ForModel(byte[] file) => ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), Spec);

    private static byte[] Segment(byte marker, byte[] content) =>
        [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] WrongSum(byte[] chunk) => [.. chunk[..^1], (byte)(chunk[^1] ^ 1)];

    private static byte[] Resized(byte[] riff, int by)
    {
        var resized = riff.ToArray();
        BitConverter.TryWriteBytes(resized.AsSpan(4), BitConverter.ToInt32(riff, 4) + by);
        return resized;
    }

    private static int LastRestart(byte[] jpeg)
    {
        for (var at = jpeg.Length - 2; ; at--)
        {
            if (jpeg[at] == 0xFF && jpeg[at + 1] is >= 0xD0 and <= 0xD7)
                return at;
        }
    }

    private static byte[] StrayBeforeRestarts(byte[] jpeg)
    {
        var stray = new List<byte>();
        for (var i = 0; i < jpeg.Length; i++)
        {
            if (i + 1 < jpeg.Length && jpeg[i] == 0xFF && jpeg[i + 1] is >= 0xD0 and <= 0xD7)
                stray.AddRange([0x12, 0x34]);
            stray.Add(jpeg[i]);
        }

        return [.. stray];
    }
}
