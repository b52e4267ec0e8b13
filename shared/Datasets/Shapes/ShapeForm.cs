using System.Runtime.InteropServices;
using System.Text;

namespace RoadSeg.Datasets.Shapes;

/// <summary>Shapes as bytes, to be put aside until their image is read.</summary>
internal static class ShapeForm
{
    private const byte Outline = 0;
    private const byte Runs = 1;
    private const byte Brush = 2;

    public static byte[] Write(Shape shape)
    {
        var bytes = new MemoryStream();
        using (var writer = new BinaryWriter(bytes, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(
                shape switch
                {
                    OutlineShape => Outline,
                    RunShape => Runs,
                    BrushShape => Brush,
                    _ => throw new InvalidOperationException($"Shapes of {shape.GetType()} are not written."),
                }
            );
            writer.Write(shape.Key);
            writer.Write(shape.Order);
            writer.Write(shape.Record);
            Write(writer, shape);
        }

        return bytes.ToArray();
    }

    public static Shape Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var kind = reader.ReadByte();
        var (key, order, record) = (reader.ReadInt32(), reader.ReadInt32(), reader.ReadString());
        return kind switch
        {
            Outline => new OutlineShape(
                key,
                order,
                record,
                (PointMeaning)reader.ReadByte(),
                (PointUnit)reader.ReadByte(),
                List(reader, () => new ShapePart(Ring(reader), List(reader, () => Ring(reader))))
            ),
            Runs => new RunShape(
                key,
                order,
                record,
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadBoolean(),
                reader.ReadBoolean(),
                List(reader, reader.Read7BitEncodedInt)
            ),
            _ => new BrushShape(
                key,
                order,
                record,
                reader.ReadInt32(),
                reader.ReadInt32(),
                reader.ReadBytes((int)(bytes.Length - reader.BaseStream.Position))
            ),
        };
    }

    private static void Write(BinaryWriter writer, Shape shape)
    {
        switch (shape)
        {
            case OutlineShape outline:
                writer.Write((byte)outline.Points);
                writer.Write((byte)outline.Unit);
                writer.Write7BitEncodedInt(outline.Parts.Count);
                foreach (var part in outline.Parts)
                {
                    Write(writer, part.Outer);
                    writer.Write7BitEncodedInt(part.Holes.Count);
                    foreach (var hole in part.Holes)
                        Write(writer, hole);
                }

                break;
            case RunShape runs:
                writer.Write(runs.Left);
                writer.Write(runs.Top);
                writer.Write(runs.Width);
                writer.Write(runs.Height);
                writer.Write(runs.OfPicture);
                writer.Write(runs.ByColumn);
                writer.Write7BitEncodedInt(runs.Counts.Count);
                foreach (var count in runs.Counts)
                    writer.Write7BitEncodedInt(count);
                break;
            case BrushShape brush:
                writer.Write(brush.Width);
                writer.Write(brush.Height);
                writer.Write(brush.Rle);
                break;
        }
    }

    private static void Write(BinaryWriter writer, double[] ring)
    {
        writer.Write7BitEncodedInt(ring.Length);
        writer.Write(MemoryMarshal.AsBytes(ring.AsSpan()));
    }

    private static double[] Ring(BinaryReader reader)
    {
        var ring = new double[reader.Read7BitEncodedInt()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(ring.AsSpan()));
        return ring;
    }

    private static List<T> List<T>(BinaryReader reader, Func<T> item)
    {
        var items = new List<T>(reader.Read7BitEncodedInt());
        for (var i = items.Capacity; i > 0; i--)
            items.Add(item());
        return items;
    }
}
