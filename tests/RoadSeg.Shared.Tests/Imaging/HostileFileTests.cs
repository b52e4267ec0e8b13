using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Tests.Imaging;

/// <summary>Seeded mutations of good files. Whatever comes, only a RoadSegException comes out.</summary>
[Collection(nameof(Alone))]
public sealed class HostileFileTests
{
    private static readonly ImageLimits Limits = new(MaxBytes: 1 << 20, MaxPixels: 2_000_000, MaxSide: 4000);
    private static readonly PreprocessSpec Spec = new(ResizeMode.KeepAspect, 64, 64);

    public static TheoryData<string> Formats => [.. Originals().Keys];

    [Theory]
    [MemberData(nameof(Formats))]
    public void A_mutated_photo_is_decoded_or_refused(string format)
    {
        var original = Originals()[format];
        var random = new Random(format.Length * 7919);
        // Each CMYK picture costs lcms a new four-dimensional table.
        var rounds = format == "cmyk jpeg" ? 50 : 700;
        var decoded = 0;
        _ = Handle(original);
        var before = NativeHeap.InUse;
        for (var round = 0; round < rounds; round++)
            decoded += Handle(Mutate(original, random)) ? 1 : 0;
        Assert.True(decoded < rounds, "no mutation did any harm: the test tests nothing");

        // Seen: 3 MB less to 1.5 MB more.
        var grown = NativeHeap.GrownSince(before, 4 << 20);
        Assert.True(grown < 4 << 20, $"The C heap grew by {grown:N0} bytes over {rounds} files.");
    }

    [Fact]
    public void A_mutated_mask_is_decoded_or_refused()
    {
        var original = MaskPng.Encode(Pictures.Ids(90, 70, 12), 90, 70, Pictures.Labels(12, 255));
        var random = new Random(11);
        var refused = 0;
        for (var round = 0; round < 5000; round++)
        {
            // Half of the time with checksums made right again, so that the mutation gets past them.
            var file = Mutate(original, random);
            if (round % 2 == 0)
                MendChecksums(file);
            try
            {
                var image = MaskPng.Decode(file, Limits);
                Assert.Equal(image.Width * image.Height, image.Ids.Length);
            }
            catch (RoadSegException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 5000);
    }

    private static bool Handle(byte[] file)
    {
        try
        {
            var header = ImageProbe.Read(file, Limits);
            Assert.InRange((long)header.Width * header.Height, 1, Limits.MaxPixels);
            _ = ImageDecoder.DecodeForModel(file, header, Spec);
            _ = ImageDecoder.Decode(file, header);
            return true;
        }
        catch (RoadSegException e)
        {
            Assert.NotEqual(ErrorCodes.Internal, e.Code);
            return false;
        }
    }

    private static byte[] Mutate(byte[] original, Random random)
    {
        var file = original.ToArray();
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            // Two of three changes hit the header.
            var at = random.Next(3) > 0 ? random.Next(Math.Min(file.Length, 120)) : random.Next(file.Length);
            switch (random.Next(5))
            {
                case 0:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    file[at] = (byte)random.Next(256);
                    break;
                case 2:
                    file.AsSpan(at, Math.Min(4, file.Length - at)).Fill((byte)(random.Next(2) * 255));
                    break;
                case 3:
                    file = file[..Math.Max(at, 8)];
                    break;
                default:
                    var from = random.Next(file.Length);
                    var length = random.Next(1, Math.Min(64, file.Length - Math.Max(from, at)) + 1);
                    file.AsSpan(from, length).CopyTo(file.AsSpan(at));
                    break;
            }
        }

        return file;
    }

    private static void MendChecksums(byte[] png)
    {
        for (long at = 8; at + 12 <= png.Length;)
        {
            var length = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan((int)at));
            if (at + 12 + length > png.Length)
                return;
            var crc = System.IO.Hashing.Crc32.HashToUInt32(png.AsSpan((int)at + 4, (int)length + 4));
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan((int)(at + 8 + length)), crc);
            at += 12 + length;
        }
    }

    private static Dictionary<string, byte[]> Originals()
    {
        var picture = Pictures.Busy(60, 44, 6);
        return new()
        {
            ["jpeg"] = Files.JpegWithOrientation(PhotoEncoder.Jpeg(picture), 6),
            ["progressive jpeg"] = Saving.ProgressiveJpeg(picture),
            ["cmyk jpeg"] = Saving.CmykJpeg(picture),
            ["png"] = Files.PngWithOrientation(PhotoEncoder.Png(picture), 5),
            ["webp"] = Files.WebPWithOrientation(PhotoEncoder.WebP(picture), 60, 44, 8),
            ["tiff"] = Saving.Tiff(picture),
            ["avif"] = Saving.Avif(picture),
        };
    }
}
