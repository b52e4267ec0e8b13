using System.Runtime.InteropServices;

namespace RoadSeg.Trainer.Training;

/// <summary>Makes glibc keep freed memory. By default it gives the activations of every step back to the kernel and takes them anew in
/// the next: on the CPU over a third of the time of a step went into the page faults of that. The process's memory stays at its peak until
/// it ends.</summary>
internal static partial class KeptMemory
{
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MmapMax = -4;
    private const int Never = -1;
    private const int TopPadBytes = 64 << 20;

    /// <summary>For the whole process, from now on. Without effect where the C library is another.</summary>
    public static void Enable()
    {
        try
        {
            _ = mallopt(TrimThreshold, Never);
            _ = mallopt(MmapMax, 0);
            _ = mallopt(TopPad, TopPadBytes);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library: slower, nothing else.
        }
    }

    [LibraryImport("libc")]
    private static partial int mallopt(int parameter, int value);
}
