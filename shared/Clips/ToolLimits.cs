namespace RoadSeg.Clips;

/// <summary>What a program that handles untrusted bytes may use; the system holds it to it.</summary>
/// <param name="MemoryBytes">Address space in bytes.</param>
/// <param name="Time">How long others may wait for it, all in all. Of processor time it may use this on each thread.</param>
/// <param name="Threads">Threads of its codec.</param>
/// <param name="FileBytes">Size of the largest file that it may write; 0: it writes none.</param>
internal sealed record ToolLimits(long MemoryBytes, TimeSpan Time, int Threads, long FileBytes = 0);
