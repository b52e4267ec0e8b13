namespace RoadSeg.Functions.Labelling.Cvat;

/// <summary>What CVAT sends to a detector.</summary>
/// <param name="Image">The frame's file, in base64.</param>
/// <param name="Threshold">The least confidence of what is to be answered, 0-1; absent: all of it.</param>
internal sealed record CvatInvocation(byte[]? Image, double? Threshold);
