using System.Runtime.InteropServices;

namespace RoadSeg.Tests;

public static class NativeHeap
{
    /// <summary>Bytes that native code holds of the C heap: what <c>malloc</c> gave and nobody freed yet. Unlike the resident
    /// memory it has no share of the allocator's arenas, of the managed heap or of what another test left behind, so it goes back
    /// to the byte where nothing leaks (<c>mallinfo2</c>, glibc 2.33 and later).</summary>
    public static long InUse
    {
        get
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            GC.Collect();
            var info = Read();
            return (long)(info.InUse + info.Mapped);
        }
    }

    /// <summary>Growth since a count, below the bound if it gets there within half a minute: the compiler's own memory, megabytes while it makes
    /// hot methods faster in the background, counts until that method is done. What leaks stays.</summary>
    public static long GrownSince(long before, long bound)
    {
        var grown = InUse - before;
        _ = SpinWait.SpinUntil(() => (grown = InUse - before) < bound, TimeSpan.FromSeconds(30));
        return grown;
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Info Read();

    // struct mallinfo2, malloc.h.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Info
    {
        private readonly nuint arena;
        private readonly nuint ordblks;
        private readonly nuint smblks;
        private readonly nuint hblks;
        private readonly nuint hblkhd;
        private readonly nuint usmblks;
        private readonly nuint fsmblks;
        private readonly nuint uordblks;
        private readonly nuint fordblks;
        private readonly nuint keepcost;

        public nuint InUse => uordblks;

        public nuint Mapped => hblkhd;
    }
}
