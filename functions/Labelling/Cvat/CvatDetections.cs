using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Results;

namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>A mask as CVAT takes detections: a list of masks, each the bits of its box row by row, then the box: left, top, right and
/// bottom, the last two the last column and row within. One that is a connected region also has its outline, which CVAT takes instead where
/// masks are to become polygons.</summary>
internal static class CvatDetections
{
    // A bit is two characters: the boxes of a road photo of 12 megapixels have some 40 million. CVAT reads them as a list of numbers.
    private const long MostBits = 400_000_000;

    /// <summary>Writes the detections of a mask as gzip: it is a hundredth of the list itself.</summary>
    /// <param name="mask">What was found.</param>
    /// <param name="threshold">The least confidence of what is answered.</param>
    /// <exception cref="RoadSegException">mask-too-complex: the boxes are too large together.</exception>
    public static byte[] Gzip(MaskObjects mask, double threshold)
    {
        var answered = mask.Found.Where(one => one.Confidence is not { } confidence || confidence >= threshold).ToList();
        if (answered.Sum(static one => Bits(one.Object)) > MostBits)
            throw new RoadSegException(
                ErrorCodes.MaskTooComplex,
                "CVAT takes masks as one number for each pixel of their boxes, and this photo's would be too many. Make the task's frames "
                    + "smaller, or submit the photo to POST /v1/jobs and take its mask."
            );
        using var made = new MemoryStream();
        using (var gzip = new GZipStream(made, CompressionLevel.Fastest))
        using (var output = new BufferedStream(gzip, 64 << 10))
        {
            output.WriteByte((byte)'[');
            for (var i = 0; i < answered.Count; i++)
            {
                if (i > 0)
                    output.WriteByte((byte)',');
                Write(output, answered[i]);
            }

            output.WriteByte((byte)']');
        }

        return made.ToArray();
    }

    private static long Bits(MaskObject one) => (long)(one.Box.Right - one.Box.Left) * (one.Box.Bottom - one.Box.Top);

    private static void Write(Stream output, LabelledObject one)
    {
        var name = JsonEncodedText.Encode(one.Name);
        output.Write(Encoding.UTF8.GetBytes($"{{\"label\":\"{name}\",\"type\":\"mask\""));
        if (one.Confidence is { } confidence)
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"confidence\":\"{confidence:0.####}\"")));
        if (one.Object.Outline is { } ring)
        {
            var points = Enumerable.Range(0, ring.Count).Select(corner => ring[corner]).Select(static point => $"{point.X},{point.Y}");
            output.Write(Encoding.ASCII.GetBytes($",\"points\":[{string.Join(',', points)}]"));
        }

        output.Write(",\"mask\":["u8);
        WriteBits(output, one.Object);
        var (left, top, right, bottom) = one.Object.Box;
        output.Write(Encoding.ASCII.GetBytes($"{left},{top},{right - 1},{bottom - 1}]}}"));
    }

    private static void WriteBits(Stream output, MaskObject one)
    {
        var (left, top, right, bottom) = one.Box;
        var row = new byte[2 * (right - left)];
        var next = 0;
        for (var y = top; y < bottom; y++)
        {
            for (var x = 0; x < row.Length; x += 2)
                (row[x], row[x + 1]) = ((byte)'0', (byte)',');
            for (; next < one.Runs.Count && one.Runs[next].Row == y; next++)
            {
                for (var x = one.Runs[next].Start - left; x < one.Runs[next].End - left; x++)
                    row[2 * x] = (byte)'1';
            }

            output.Write(row);
        }
    }
}
