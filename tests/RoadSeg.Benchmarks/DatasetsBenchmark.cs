using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;

namespace RoadSeg.Benchmarks;

/// <summary>Curating 20,000 images: speed, and memory against a quarter of them; and what packing costs the trainer's reader.</summary>
internal static class DatasetsBenchmark
{
    private const int Images = 20_000;
    private const int Width = 256;
    private const int Height = 192;

    public static async Task RunAsync(CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("roadseg-bench-datasets-");
        try
        {
            Packing();
            var quarter = await CurateAsync(Path.Combine(folder.FullName, "quarter"), Images / 4, cancel);
            var whole = await CurateAsync(Path.Combine(folder.FullName, "whole"), Images, cancel);
            Console.WriteLine(FormattableString.Invariant($"  4 times the images: managed heap x {(double)whole.Managed / quarter.Managed:F2}, resident x {(double)whole.Resident / quarter.Resident:F2}"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(long Managed, long Resident)> CurateAsync(string folder, int images, CancellationToken cancel)
    {
        Write(folder, images);
        var watch = new MemoryWatch();
        var started = Stopwatch.GetTimestamp();
        var (report, set) = await new DatasetCurator(TimeProvider.System).CurateAsync(
            new LocalFolderFiles(folder), new DatasetSpec { Name = "bench", Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1) }, new DatasetOptions(), folder + "-out", watch, cancel);
        report.ThrowIfUnusable();
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(FormattableString.Invariant($"  {images:N0} images {Width}x{Height} curated to 256x256 in {seconds:F0} s, {images / seconds:F0} a second; heap {watch.Managed / 1e6:F0} MB, resident {watch.Resident / 1e6:F0} MB at most"));

        started = Stopwatch.GetTimestamp();
        var (count, bytes) = (0, 0L);
        foreach (var sample in set!.Samples(Split.Train))
            (count, bytes) = (count + 1, bytes + sample.Image.Pixels.Length + sample.Ids.Length);
        seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine(FormattableString.Invariant($"  read back, hashes checked: {count / seconds:F0} samples a second, {bytes / seconds / 1e6:F0} MB a second"));
        Directory.Delete(folder + "-out", recursive: true);
        Directory.Delete(folder, recursive: true);
        return (watch.Managed, watch.Resident);
    }

    private static void Write(string root, int images)
    {
        var (pictures, masks) = (Directory.CreateDirectory(Path.Combine(root, "train")).FullName, Directory.CreateDirectory(Path.Combine(root, "trainannot")).FullName);
        var mask = GrayPng.Encode([.. Enumerable.Range(0, Width * Height).Select(i => (byte)(i / Width / 20))], Width, Height);
        Parallel.For(0, images, i =>
        {
            var random = new RandomBlocks((ulong)i);
            var blocks = Enumerable.Range(0, 16 * 12 * 3).Select(_ => random.Next()).ToArray();
            var pixels = new byte[3 * Width * Height];
            for (var at = 0; at < pixels.Length; at++)
                pixels[at] = blocks[(at % 3) + (3 * ((at / 3 % Width * 16 / Width) + (at / 3 / Width * 12 / Height * 16)))];
            File.WriteAllBytes(Path.Combine(pictures, $"{i}.jpg"), PhotoEncoder.Jpeg(new RgbImage(Width, Height, pixels), 75));
            File.WriteAllBytes(Path.Combine(masks, $"{i}.png"), mask);
        });
    }

    /// <summary>What one 256 x 256 sample costs in bytes and in milliseconds to read, packed in several ways.</summary>
    private static void Packing()
    {
        var (name, files) = Frames.Take(60);
        var samples = files.Select(file => ImageDecoder.DecodeForModel(file, ImageProbe.Read(file, ImageLimits.Default), new PreprocessSpec(ResizeMode.Stretch, 256, 256))).ToList();
        Console.WriteLine($"  packing of {name} at 256x256, an image alone:");
        Row("raw, SHA-256 checked", image => image.Pixels, bytes => SHA256.HashData(bytes));
        Row("PNG", PhotoEncoder.Png, bytes => ImageDecoder.Decode(bytes, ImageProbe.Read(bytes, ImageLimits.Default)));
        Row("raw in zlib, fastest", image => Zlib(image.Pixels), bytes =>
        {
            using var zlib = new ZLibStream(new MemoryStream(bytes), CompressionMode.Decompress);
            zlib.ReadExactly(new byte[3 * 256 * 256]);
        });
        Row("JPEG 95 (not the same pixels)", image => PhotoEncoder.Jpeg(image, 95), bytes => ImageDecoder.Decode(bytes, ImageProbe.Read(bytes, ImageLimits.Default)));

        void Row(string packing, Func<RgbImage, byte[]> pack, Action<byte[]> read)
        {
            var packed = samples.Select(pack).ToList();
            var time = Sample.Of(9, () => packed.ForEach(read));
            Console.WriteLine(FormattableString.Invariant($"    {packing,-30} {packed.Average(bytes => bytes.Length) / 1024,6:F0} KiB, {time.Median / samples.Count,6:F3} ms"));
        }
    }

    private static byte[] Zlib(byte[] pixels)
    {
        var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(pixels);
        return stream.ToArray();
    }

    // xorshift64: the runtime's generator may change between versions.
    private struct RandomBlocks(ulong seed)
    {
        private ulong state = (seed + 1) * 0x9E3779B97F4A7C15;

        public byte Next()
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            return (byte)(state >> 32);
        }
    }

    private sealed class MemoryWatch : IProgress<DatasetProgress>
    {
        public long Managed { get; private set; }

        public long Resident { get; private set; }

        public void Report(DatasetProgress value)
        {
            if (value.Done % 500 != 0)
                return;
            Managed = Math.Max(Managed, GC.GetTotalMemory(forceFullCollection: true));
            using var process = Process.GetCurrentProcess();
            Resident = Math.Max(Resident, process.WorkingSet64);
        }
    }
}
