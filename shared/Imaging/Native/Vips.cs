using System.Runtime.InteropServices;

namespace RoadSeg.Imaging.Native;

/// <summary>libvips with every status checked. The imports are private; what is visible either succeeds or throws.</summary>
internal static unsafe partial class Vips
{
    /// <summary>Name the imports use; <see cref="VipsLibrary"/> resolves it to the library it loaded.</summary>
    internal const string Library = "libvips";

    /// <summary>The one place where a native status is judged: 0 is success.</summary>
    private static void Check(int status, string call)
    {
        if (status != 0)
            throw Failure(call);
    }

    /// <summary>The one place where a native pointer is judged: null is failure.</summary>
    private static nint Check(nint pointer, string call) => pointer != 0 ? pointer : throw Failure(call);

    private static VipsException Failure(string call)
    {
        // Copies and clears under the library's own lock; reading and clearing apart could lose another thread's text.
        var text = vips_error_buffer_copy();
        try
        {
            return new VipsException(call, Marshal.PtrToStringUTF8(text)?.Trim() is { Length: > 0 } detail ? detail : "no detail given");
        }
        finally
        {
            g_free(text);
        }
    }

    internal static void Init() => Check(vips_init("roadseg"), "vips_init");

    internal static void DisableCache() => vips_cache_set_max(0);

    internal static void DisableLeakReport() => vips_leak_set(0);

    internal static void SetConcurrency(int threads) => vips_concurrency_set(threads);

    internal static void BlockUntrusted() => vips_block_untrusted_set(1);

    /// <summary>Blocks or allows a class of operations and all that derive from it.</summary>
    internal static void Block(string className, bool blocked) => vips_operation_block_set(className, blocked ? 1 : 0);

    internal static bool HasOperation(string nickname) => vips_type_find("VipsOperation", nickname) != 0;

    /// <summary>Sends GLib's and libvips's messages to a callback instead of stderr. The callback may run on any thread.</summary>
    internal static void RouteLog(delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> callback) =>
        _ = g_log_set_default_handler(callback, 0);

    /// <summary>Frees what libvips keeps for the calling thread; it is made anew when the thread calls again.</summary>
    internal static void ReleaseThread() => vips_thread_shutdown();

    /// <summary>Live allocations that libvips tracks, in the whole process.</summary>
    internal static int TrackedAllocations() => vips_tracked_get_allocs();

    internal static void Unref(nint gobject) => g_object_unref(gobject);

    internal static void UnrefArea(nint area) => vips_area_unref(area);

    internal static void Free(nint memory) => g_free(memory);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_init(string argv0);

    [LibraryImport(Library)]
    private static partial nint vips_error_buffer_copy();

    [LibraryImport(Library)]
    private static partial void g_free(nint memory);

    [LibraryImport(Library)]
    private static partial void g_object_unref(nint gobject);

    [LibraryImport(Library)]
    private static partial void vips_area_unref(nint area);

    [LibraryImport(Library)]
    private static partial void vips_cache_set_max(int operations);

    [LibraryImport(Library)]
    private static partial void vips_leak_set(int leak);

    [LibraryImport(Library)]
    private static partial void vips_concurrency_set(int threads);

    [LibraryImport(Library)]
    private static partial void vips_block_untrusted_set(int state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void vips_operation_block_set(string name, int state);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint vips_type_find(string baseName, string nickname);

    [LibraryImport(Library)]
    private static partial nint g_log_set_default_handler(delegate* unmanaged[Cdecl]<nint, int, nint, nint, void> callback, nint data);

    [LibraryImport(Library)]
    private static partial void vips_thread_shutdown();

    [LibraryImport(Library)]
    private static partial int vips_tracked_get_allocs();
}
