namespace RoadSeg.Imaging.Native;

/// <summary>A libvips call failed. Its text is for logs: libvips shares one error buffer among all threads, so
/// nothing may be decided by it.</summary>
internal sealed class VipsException(string call, string detail) : Exception($"{call}: {detail}");
