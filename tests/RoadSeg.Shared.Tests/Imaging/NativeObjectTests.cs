using System.Runtime.InteropServices;
using NetVips;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Counts that hold for the whole process: nothing else may run beside these tests.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class NativeObjectTests
{
    private static readonly PreprocessSpec Spec = new(ResizeMode.Stretch, 64, 64);

    [Fact]
    public void Nothing_is_left_after_work_of_every_kind()
    {
        MixedWork(1);
        var before = Native.Now;
        for (var seed = 0; seed < 4; seed++)
            MixedWork(seed);
        Assert.Equal(before, Native.Now);
        Assert.Equal(0, VipsLibrary.Complaints);
    }

    [Fact]
    public void A_thousand_photos_leave_nothing_on_the_threads_that_read_them()
    {
        var picture = Pictures.Busy(320, 240, 9);
        byte[][] good =
        [
            PhotoEncoder.Jpeg(picture), PhotoEncoder.Png(picture), PhotoEncoder.WebP(picture), Saving.Tiff(picture),
            Saving.ProgressiveJpeg(picture), Saving.DisplayP3Png(picture), Saving.InterlacedPng(picture), Saving.GreyJpeg(picture),
        ];
        byte[][] files = [.. good, .. good.Select(file => file[..(file.Length / 2)])];
        var broken = 0;

        // Nothing is released per thread: the threads must still live when the memory is counted.
        using var barrier = new Barrier(5);
        var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            Read(files, 32);
            barrier.SignalAndWait();
            barrier.SignalAndWait();
            Read(files, 250);
            barrier.SignalAndWait();
            barrier.SignalAndWait();
        })).ToArray();
        foreach (var thread in threads)
            thread.Start();
        barrier.SignalAndWait();
        var (before, heap) = (Native.Now, NativeHeap.InUse);
        broken = 0;
        barrier.SignalAndWait();
        barrier.SignalAndWait();
        var (after, grown) = (Native.Now, NativeHeap.GrownSince(heap, 1 << 20));
        barrier.SignalAndWait();
        foreach (var thread in threads)
            thread.Join();

        Assert.InRange(broken, 400, 500);
        Assert.Equal(before, after);
        Assert.True(grown < 1 << 20, $"The C heap grew by {grown:N0} bytes over 1,000 photos.");

        void Read(byte[][] of, int count)
        {
            for (var i = 0; i < count; i++)
            {
                try
                {
                    var file = of[i % of.Length];
                    _ = ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), Spec);
                }
                catch (RoadSegException)
                {
                    Interlocked.Increment(ref broken);
                }
            }
        }
    }

    [Fact]
    public async Task Sixteen_photos_decode_at_once()
    {
        var picture = Pictures.Busy(640, 480, 4);
        byte[][] files = [PhotoEncoder.Jpeg(picture), PhotoEncoder.Png(picture), PhotoEncoder.WebP(picture), Saving.Tiff(picture)];
        var expected = files.Select(f => ImageDecoder.DecodeForModel(f, ImageProbe.Read(f, ImageLimits.Default), Spec)).ToArray();
        var broken = files[0][..2000];

        var before = Native.Now;
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
            TestContext.Current.CancellationToken)).ToArray();
        await Task.WhenAll(work);
        Assert.Equal(before.Objects, Native.Now.Objects);
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

    /// <summary>What libvips holds now: objects of its own kinds, allocations and bytes it tracks, files. Nothing is collected before it is
    /// counted: an object that only the collector would release is a leak.</summary>
    private sealed record Native(int Objects, int Allocations, int Bytes, int Files)
    {
        private delegate nint Visit(nint item, nint a, nint b);

        private delegate nint Map(Visit visit, nint a, nint b);

        public static Native Now
        {
            get
            {
                var objects = 0;
                Visit visit = (_, _, _) =>
                {
                    objects++;
                    return 0;
                };
                Marshal.GetDelegateForFunctionPointer<Map>(NativeLibrary.GetExport(VipsLibrary.Handle, "vips_object_map"))(visit, 0, 0);
                GC.KeepAlive(visit);
                return new Native(objects, Stats.Allocations, Stats.Mem, Stats.Files);
            }
        }
    }
}
