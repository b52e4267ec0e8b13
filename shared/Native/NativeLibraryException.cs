namespace RoadSeg.Native;

/// <summary>A native library is missing, or cannot be used here. The message names it, what the system says of it and what to do: it
/// is to be shown without a stack before the program ends.</summary>
/// <param name="message">Shown to who starts the program.</param>
/// <param name="inner">What the system said.</param>
public sealed class NativeLibraryException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
