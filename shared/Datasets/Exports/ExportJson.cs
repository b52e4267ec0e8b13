using System.Text.Encodings.Web;
using System.Text.Json;

namespace RoadSeg.Datasets.Exports;

/// <summary>How lists in JSON are written: names as people write them.</summary>
internal static class ExportJson
{
    /// <summary>On one line.</summary>
    public static JsonWriterOptions Options { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
