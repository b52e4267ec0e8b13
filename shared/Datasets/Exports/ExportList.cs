using System.Text.Json;

namespace RoadSeg.Datasets.Exports;

/// <summary>A JSON list that grows with the photos, an entry a line, and is copied to its place behind them.</summary>
/// <param name="aside">Holds it until then.</param>
internal sealed class ExportList(Stream aside)
{
    private bool any;

    /// <summary>Writes an entry.</summary>
    public void Add(Action<Utf8JsonWriter> write)
    {
        aside.Write(any ? ",\n"u8 : "[\n"u8);
        any = true;
        using var json = new Utf8JsonWriter(aside, ExportJson.Options);
        write(json);
    }

    /// <summary>Copies the whole list; nothing is added afterwards.</summary>
    public void CopyTo(Stream to)
    {
        aside.Write(any ? "\n]"u8 : "[]"u8);
        ExportFiles.Copy(aside, to);
    }
}
