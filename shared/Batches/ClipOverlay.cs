namespace RoadSeg.Batches;

/// <summary>The video of the classes over the frames of a clip.</summary>
/// <param name="Round">Which time the frames had been tried when it was made, from 0.</param>
/// <param name="Bytes">Size of the MP4; 0 where no frame could be shown.</param>
/// <param name="Frames">Frames that it shows.</param>
public sealed record ClipOverlay(int Round, long Bytes, int Frames);
