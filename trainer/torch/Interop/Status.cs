using System.Runtime.InteropServices;

namespace RoadSeg.Torch.Interop;

/// <summary>The one throat of every native call: a status becomes an exception and its text is freed here.</summary>
internal static unsafe class Status
{
    private const int OutOfMemory = 2;
    private const int NotAvailable = 3;

    /// <summary>Returns when <paramref name="status"/> is success (null).</summary>
    /// <exception cref="ExternalException">libtorch refused; the message is its own, without the C++ backtrace.</exception>
    /// <exception cref="NotSupportedException">This libtorch or this machine cannot do it.</exception>
    public static void Check(nint status)
    {
        if (status != 0)
            Throw(status);
    }

    private static void Throw(nint status)
    {
        int kind;
        string text;
        try
        {
            kind = NativeMethods.rs_status_kind(status);
            text = Marshal.PtrToStringUTF8((nint)NativeMethods.rs_status_text(status)) ?? "";
        }
        finally
        {
            NativeMethods.rs_status_free(status);
        }

        throw kind switch
        {
            NotAvailable => new NotSupportedException(text),
            OutOfMemory => new ExternalException(text, unchecked((int)0x8007000E)),
            _ => new ExternalException(text),
        };
    }
}
