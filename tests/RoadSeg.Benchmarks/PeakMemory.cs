using System.Diagnostics;
using NetVips;
using RoadSeg.Imaging;
using SixLabors.ImageSharp.PixelFormats;

namespace RoadSeg.Benchmarks;

/// <summary>Peak memory of a process that reads one large photo, by the product's decoder and by ImageSharp. Each file is made from the sample
/// photo with noise of a seed, and read by a process of its own.</summary>
internal static class PeakMemory
{
    public const string WorkerName = "decode-one";
    private const int Rounds = 3;
    private static readonly string[] Decoders = ["nothing", "libvips-for-model", "libvips", "imagesharp"];
    private static readonly ImageLimits Limits = new(MaxBytes: 1 << 30);

    public static async Task PrintAsync(RgbImage street, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("roadseg-bench-").FullName;
        try
        {
            var jpeg = Path.Combine(folder, "50-megapixels.jpg");
            await File.WriteAllBytesAsync(jpeg, PhotoEncoder.Jpeg(Noisy(ImageDecoder.ResizeTo(street, 8660, 5774)), 90), cancel);
            var png = Path.Combine(folder, "100-megapixels-interlaced.png");
            await File.WriteAllBytesAsync(png, Interlaced(ImageDecoder.ResizeTo(street, 10_000, 10_000)), cancel);
            foreach (var file in new[] { jpeg, png })
            {
                Console.WriteLine($"\n== peak memory: {Path.GetFileName(file)} of {new FileInfo(file).Length >> 20} MiB, a process each, {Rounds} rounds");
                foreach (var decoder in Decoders)
                {
                    var lines = new List<string>();
                    for (var round = 0; round < Rounds; round++)
                        lines.Add(await ReadAsync(decoder, file, cancel));
                    Console.WriteLine($"  {decoder,-20} {string.Join(" | ", lines)}");
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The other process: reads a file once and prints what that cost.</summary>
    public static int Decode(string decoder, string path)
    {
        VipsLibrary.Initialize();
        var file = File.ReadAllBytes(path);
        var started = Stopwatch.GetTimestamp();
        if (decoder == "imagesharp")
        {
            ImageSharp(file).Dispose();
        }
        else if (decoder != "nothing")
        {
            var header = ImageProbe.Read(file, Limits);
            _ = decoder == "libvips" ? ImageDecoder.Decode(file, header) : ImageDecoder.DecodeForModel(file, header, new PreprocessSpec(ResizeMode.Stretch, 512, 512));
        }

        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        var peak = long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmHWM", StringComparison.Ordinal)).Split(' ')[^2]);
        Console.WriteLine(FormattableString.Invariant($"{peak / 1024.0:F0} MiB {took:F0} ms"));
        return 0;
    }

    /// <summary>Of files of ours only: see docs/decisions/0019.</summary>
    public static SixLabors.ImageSharp.Image<Rgb24> ImageSharp(byte[] file) => SixLabors.ImageSharp.Image.Load<Rgb24>(file);

    private static async Task<string> ReadAsync(string decoder, string file, CancellationToken cancel)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(PeakMemory).Assembly.Location);
        foreach (var argument in new[] { WorkerName, decoder, file })
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return process.ExitCode == 0 ? line.Trim() : throw new InvalidOperationException($"{decoder} ended with {process.ExitCode} on {file}.");
    }

    private static RgbImage Noisy(RgbImage image)
    {
        var random = new Random(7);
        foreach (ref var value in image.Pixels.AsSpan())
            value = (byte)Math.Clamp(value + random.Next(-3, 4), 0, 255);
        return image;
    }

    private static byte[] Interlaced(RgbImage image)
    {
        using var memory = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 3, Enums.BandFormat.Uchar);
        using var srgb = memory.Copy(interpretation: Enums.Interpretation.Srgb);
        return srgb.PngsaveBuffer(compression: 6, interlace: true);
    }
}
