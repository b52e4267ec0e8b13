using System.Buffers.Binary;

namespace RoadSeg.Imaging;

/// <summary>Which of a TIFF's directories is the photo. Reduced-resolution copies and transparency masks (NewSubfileType, bits 0 and 2) are
/// no pages.</summary>
/// <param name="Count">Pages at full resolution; 1 where there is nothing but copies.</param>
/// <param name="Page">The first of them: its place in the file's chain of directories.</param>
/// <param name="SubDirectory">Its place among the SubIFDs of that directory, where the chain holds but a copy of it; -1 elsewhere.</param>
internal readonly record struct TiffPages(int Count, int Page, int SubDirectory)
{
    private const int Most = 1000;
    private const ushort NewSubfileType = 254,
        SubfileType = 255,
        SubIfds = 330;

    /// <summary>Reads the directories. What makes no sense ends the walk: libvips reports it of the page itself.</summary>
    public static TiffPages Of(ReadOnlySpan<byte> file)
    {
        var reader = new Reader(file);
        var (count, first) = (0, -1);
        long[] below = [];
        var seen = new HashSet<long>();
        var at = reader.First();
        for (var page = 0; page < Most && at > 0 && seen.Add(at); page++)
        {
            if (reader.Directory(at) is not { } directory)
                break;
            if (directory.Page && count++ == 0)
                first = page;
            if (page == 0)
                below = directory.Below;
            at = directory.Next;
        }

        if (first >= 0)
            return new TiffPages(count, first, -1);
        for (var i = 0; i < below.Length; i++)
        {
            if (reader.Directory(below[i]) is { Page: true })
                return new TiffPages(1, 0, i);
        }

        return new TiffPages(1, 0, -1);
    }

    private readonly record struct Entries(bool Page, long[] Below, long Next);

    // TIFF 6.0 section 2; BigTIFF has 8 bytes where that has 4, and counts its entries in 8.
    private readonly ref struct Reader(ReadOnlySpan<byte> file)
    {
        private readonly ReadOnlySpan<byte> file = file;
        private readonly bool swapped = file[0] == (byte)'M';
        private readonly bool big = file[0] == (byte)'M' ? file[3] == 43 : file[2] == 43;

        public long First() => big ? Number(8, 8) : Number(4, 4);

        public Entries? Directory(long at)
        {
            var (countBytes, entryBytes, offsetBytes) = big ? (8, 20, 8) : (2, 12, 4);
            var count = Number(at, countBytes);
            var end = at + countBytes + (count * entryBytes);
            if (count is < 1 or > 65_535 || Number(end, offsetBytes) is not (>= 0 and var next))
                return null;
            long? kind = null,
                old = null;
            long[] below = [];
            for (var entry = at + countBytes; entry < end; entry += entryBytes)
            {
                switch (Number(entry, 2))
                {
                    case NewSubfileType:
                        kind = Values(entry) is [var flags, ..] ? flags : null;
                        break;
                    case SubfileType:
                        old = Values(entry) is [var one, ..] ? one : null;
                        break;
                    case SubIfds:
                        below = Values(entry);
                        break;
                }
            }

            return new Entries(kind is { } bits ? (bits & 5) == 0 : old != 2, below, next);
        }

        private long[] Values(long entry)
        {
            var size = Number(entry + 2, 2) switch
            {
                3 => 2,
                4 or 13 => 4,
                16 or 18 => 8,
                _ => 0,
            };
            var (count, field) = big ? (Number(entry + 4, 8), 8) : (Number(entry + 4, 4), 4);
            if (size == 0 || count is < 1 or > Most)
                return [];
            var start = entry + 4 + field;
            var from = count * size <= field ? start : Number(start, field);
            var values = new long[count];
            for (var i = 0; i < count; i++)
                values[i] = Number(from + (i * size), size);
            return values;
        }

        // -1 outside the file.
        private long Number(long at, int bytes)
        {
            if (at < 0 || at > file.Length - bytes)
                return -1;
            var part = file.Slice((int)at, bytes);
            return bytes switch
            {
                2 => swapped ? BinaryPrimitives.ReadUInt16BigEndian(part) : BinaryPrimitives.ReadUInt16LittleEndian(part),
                4 => swapped ? BinaryPrimitives.ReadUInt32BigEndian(part) : BinaryPrimitives.ReadUInt32LittleEndian(part),
                _ => swapped ? BinaryPrimitives.ReadInt64BigEndian(part) : BinaryPrimitives.ReadInt64LittleEndian(part),
            };
        }
    }
}
