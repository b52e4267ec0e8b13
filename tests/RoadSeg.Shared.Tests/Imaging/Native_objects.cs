using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Imaging.Native;

namespace RoadSeg.Tests.Imaging;

/// <summary>Counts that hold for the whole process: nothing else may run beside these tests.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class Native_objects
{
    private static readonly PreprocessSpec Spec = new(ResizeMode.Stretch, 64, 64);

    [Fact]
    public void Nothing_is_left_after_work_of_every_kind()
    {
        MixedWork(1);
        var allocations = Vips.TrackedAllocations();
        for (var seed = 0; seed < 4; seed++)
            MixedWork(seed);
        Assert.Equal(0, VipsLibrary.LiveObjects);
        Assert.Equal(allocations, Vips.TrackedAllocations());
        Assert.Equal(0, VipsLibrary.Complaints);
    }

    [Fact]
    public async Task Sixteen_photos_decode_at_once()
    {
        var picture = Pictures.Busy(640, 480, 4);
        byte[][] files = [PhotoEncoder.Jpeg(picture), PhotoEncoder.Png(picture), PhotoEncoder.WebP(picture), Saving.Tiff(picture)];
        var expected = files.Select(f => ImageDecoder.DecodeForModel(f, ImageProbe.Read(f, ImageLimits.Default), Spec)).ToArray();
        var broken = files[0][..2000];

        var work = Enumerable.Range(0, 16).Select(worker => Task.Run(
            () =>
            {
                for (var i = 0; i < 6; i++)
                {
                    var file = files[(worker + i) % 4];
                    var header = ImageProbe.Read(file, ImageLimits.Default);
                    Assert.Equal(expected[(worker + i) % 4].Pixels, ImageDecoder.DecodeForModel(file, header, Spec).Pixels);

                    // A neighbour's failure must not become this one's.
                    var error = Assert.Throws<RoadSegException>(() => ImageDecoder.Decode(broken, ImageProbe.Read(broken, ImageLimits.Default)));
                    Assert.Equal(ErrorCodes.ImageCorrupt, error.Code);
                }
            },
            TestContext.Current.CancellationToken));
        await Task.WhenAll(work);
        Assert.Equal(0, VipsLibrary.LiveObjects);
    }

    private static void MixedWork(int seed)
    {
        var picture = Pictures.Busy(80 + seed, 60, seed);
        byte[][] files =
        [
            PhotoEncoder.Jpeg(picture), PhotoEncoder.Png(picture), PhotoEncoder.WebP(picture), Saving.Tiff(picture), Saving.Avif(picture),
            Saving.CmykJpeg(picture), Saving.DisplayP3Png(picture), Saving.InterlacedPng(picture),
        ];
        foreach (var file in files)
        {
            var header = ImageProbe.Read(file, ImageLimits.Default);
            _ = ImageDecoder.Decode(file, header);
            _ = ImageDecoder.DecodeForModel(file, header, Spec);
            var cut = file[..(file.Length / 2)];
            Assert.Throws<RoadSegException>(() => ImageDecoder.Decode(cut, ImageProbe.Read(cut, ImageLimits.Default)));
            Assert.Throws<RoadSegException>(() => ImageDecoder.DecodeForModel(cut, header, Spec));
        }
    }
}
