namespace RoadSeg.Datasets.Exports;

/// <summary>A photo with its labels.</summary>
/// <param name="Id">Identifier, '/' between folders.</param>
/// <param name="Split">Division; null where there is none.</param>
/// <param name="Group">Drive or scene; empty for none.</param>
/// <param name="File">Bytes of the picture's file.</param>
/// <param name="Extension">Of the file, such as <c>png</c>.</param>
/// <param name="Width">Of the upright photo in pixels, at least 1.</param>
/// <param name="Height">Of the upright photo in pixels, at least 1.</param>
/// <param name="Ids">Class ids [Height, Width] of the upright photo; 255 where unlabelled.</param>
/// <param name="LabelledBy">Model and version whose result the labels are; null for those of a person.</param>
public sealed record ExportedPhoto(
    string Id,
    Split? Split,
    string Group,
    ReadOnlyMemory<byte> File,
    string Extension,
    int Width,
    int Height,
    byte[] Ids,
    string? LabelledBy = null
);
