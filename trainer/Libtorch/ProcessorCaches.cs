using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>Some virtual machines hide the sizes of their processor's caches (CPUID leaves 4 and 8000001D all zero). oneDNN, with which
/// libtorch convolves, divides its work by these sizes: on such a machine its quick kernels compute something else, without an error, or
/// end the process with a division by zero. Its plain ones (SSE4.1) do neither.</summary>
internal static partial class ProcessorCaches
{
    /// <summary>oneDNN's setting of the kernels that it may use; it reads it when it is first asked for one.</summary>
    internal const string Kernels = "DNNL_MAX_CPU_ISA";

    private const string Plain = "SSE41";

    // Bits 0-4 of EAX say what kind of cache is described; 0: there is none.
    private const int Kind = 31;

    /// <summary>Whether the processor tells the size of at least one cache, in Intel's way or in AMD's.</summary>
    public static bool AreTold()
    {
        if (!X86Base.IsSupported)
            return true;
        var (basic, extended) = (X86Base.CpuId(0, 0).Eax, X86Base.CpuId(unchecked((int)0x80000000), 0).Eax);
        return (basic >= 4 && (X86Base.CpuId(4, 0).Eax & Kind) != 0)
            || ((uint)extended >= 0x8000001D && (X86Base.CpuId(unchecked((int)0x8000001D), 0).Eax & Kind) != 0);
    }

    /// <summary>Keeps oneDNN to its plain kernels where the sizes are hidden, unless somebody chose others. Before libtorch is
    /// loaded.</summary>
    public static void Guard()
    {
        if (AreTold() || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Kernels)))
            return;

        // The runtime's own variables are a copy, which native code does not see.
        Check.That(SetVariable(Kernels, Plain, 1) == 0, $"The environment variable {Kernels} could not be set.");
    }

    /// <summary>Leaves NNPACK out where the sizes are hidden: it refuses such a machine, and libtorch says so at each first
    /// convolution of a thread. After libtorch is loaded.</summary>
    public static void LeaveOutNnpack()
    {
        if (!AreTold())
            UseNnpack(Context(), 0);
    }

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint Context();

    [LibraryImport(TorchLibrary.Cpu, EntryPoint = "_ZN2at7Context20setUserEnabledNNPACKEb")]
    private static partial void UseNnpack(nint context, byte use);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
