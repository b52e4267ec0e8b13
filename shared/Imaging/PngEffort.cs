using System.IO.Compression;

namespace RoadSeg.Imaging;

/// <summary>How rows are prepared for compression; one choice for the whole picture.</summary>
/// <param name="Up">True: each row as the difference from the row above; false: as it is.</param>
/// <param name="Level">zlib level, 0-9.</param>
/// <param name="Strategy">What zlib looks for.</param>
internal readonly record struct PngEffort(bool Up, int Level, ZLibCompressionStrategy Strategy);
