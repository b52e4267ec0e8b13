using System.Collections.Frozen;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using NetVips;
using RoadSeg.Native;

namespace RoadSeg.Imaging;

/// <summary>The native image library (libvips). Loaded once, explicitly, before any other type of this namespace is used
/// on photos; the PNG mask reader and writer do not need it.</summary>
public static unsafe class VipsLibrary
{
    private const string DefaultName = "libvips.so.42";
    private const string Package = "NetVips.Native.linux-x64";
    private static readonly Version Oldest = new(8, 14);
    private static readonly Lock Gate = new();
    private static LoadedLibrary? loaded;
    private static nint adopted;
    private static long complaints;

    [ThreadStatic]
    private static int warnings;

    /// <summary>Version of the loaded library.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Initialize"/> has not run.</exception>
    public static Version Version => Loaded.Version;

    /// <summary>Warnings and worse from GLib's object system, which mean that a call of ours was wrong; for tests.</summary>
    internal static long Complaints => Interlocked.Read(ref complaints);

    /// <summary>Warnings about files that this thread has heard, ever. That there are some between two readings shows that the decoder
    /// complained, not of what.</summary>
    internal static int Warnings => warnings;

    /// <summary>The library itself, for tests that ask it what NetVips does not.</summary>
    internal static nint Handle => adopted;

    private static LoadedLibrary Loaded =>
        Volatile.Read(ref loaded)
        ?? throw new InvalidOperationException("Call VipsLibrary.Initialize once at start, before working with images.");

    /// <summary>Loads libvips, checks it, and closes what untrusted files could abuse: only the loaders for the formats of
    /// <see cref="ImageFormat"/> are left open, the operation cache is off, messages do not reach stderr. Calling again
    /// with the same path changes nothing.</summary>
    /// <param name="libraryPath">File of another libvips, for instance one that reads HEIC; null takes the one that ships with the
    /// app.</param>
    /// <param name="threadsPerOperation">Threads of one encoding, 1-64. 1 suits a service that handles several images at once.</param>
    /// <exception cref="NativeLibraryException">The library is missing, cannot be loaded, is no libvips, is too old or lacks a format
    /// that is needed. The message says what to install.</exception>
    /// <exception cref="InvalidOperationException">Another path was initialised before.</exception>
    public static void Initialize(string? libraryPath = null, int threadsPerOperation = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threadsPerOperation, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threadsPerOperation, 64);
        lock (Gate)
        {
            if (loaded is { } before)
            {
                if (!string.Equals(before.Path, libraryPath, StringComparison.Ordinal))
                    throw new InvalidOperationException(
                        $"libvips is already loaded from {before.Path ?? "the app's own folder"}; a process can use only one."
                    );
                return;
            }

            var library = Load(libraryPath);
            var version = CheckVersion(library, libraryPath ?? DefaultName);
            Adopt(library);
            if (Start(threadsPerOperation) is { } failure)
                throw new NativeLibraryException(
                    $"libvips {version} in '{libraryPath ?? DefaultName}' does not start: {failure.Message}. Install a complete libvips, "
                        + "or drop the setting to use the one that ships with the app.",
                    failure
                );
            Volatile.Write(ref loaded, new LoadedLibrary(libraryPath, version, FindFormats(libraryPath ?? DefaultName)));
        }
    }

    /// <summary>True when the loaded library reads a format. JPEG, PNG and WebP are always there.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Initialize"/> has not run.</exception>
    public static bool Supports(ImageFormat format) => Loaded.Formats.Contains(format);

    internal static nint Load(string? path)
    {
        if (path is not null)
        {
            return NativeFile.Open(
                path,
                $"The image library '{path}' cannot be loaded. Name the file of a libvips {Oldest} or newer with all it depends on, or "
                    + "drop "
                    + "the setting to use the one that ships with the app."
            );
        }

        var own = NativeFile.Find(DefaultName)
            ?? throw new NativeLibraryException(
                $"{DefaultName} was not found beside the app. Restore the package {Package}, or install libvips {Oldest} or newer and "
                    + "name its file."
            );
        return NativeFile.Open(
            own,
            $"The image library '{own}' cannot be loaded. {NativeFile.Needs}; a damaged file comes anew with the package {Package}."
        );
    }

    internal static Version CheckVersion(nint library, string name)
    {
        // By pointer, not by import: the library is not adopted before it has shown what it is.
        if (!NativeLibrary.TryGetExport(library, "vips_version", out var export))
            throw new NativeLibraryException($"'{name}' is not libvips. Name the file of a libvips {Oldest} or newer.");
        var part = (delegate* unmanaged[Cdecl]<int, int>)export;
        var version = new Version(part(0), part(1), part(2));
        return version >= Oldest
            ? version
            : throw new NativeLibraryException(
                $"'{name}' is libvips {version}; {Oldest} or newer is needed. Install a newer one, or drop the setting to use the one "
                    + "that ships with the app."
            );
    }

    // NetVips looks for libvips by name as soon as one of its members is used. A resolver that is there before decides instead, and NetVips
    // leaves it in place: so its assembly is named here and none of its types.
    private static void Adopt(nint library)
    {
        if (adopted == 0)
        {
            NativeLibrary.SetDllImportResolver(Assembly.Load("NetVips"), static (_, _, _) => adopted);
            NativeLibrary.SetDllImportResolver(typeof(StripReader).Assembly, static (name, _, _) =>
                name == StripReader.Library ? adopted : 0
            );
        }

        adopted = library;
    }

    // Not inlined: a type of NetVips must not be met before Adopt.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Exception? Start(int threads)
    {
        if (!ModuleInitializer.VipsInitialized)
            return ModuleInitializer.Exception ?? new VipsException("vips_init failed");
        try
        {
            foreach (var domain in new[] { "VIPS", "GLib", "GLib-GObject" })
                _ = Log.SetLogHandler(domain, Enums.LogLevelFlags.All, OnLog);
            Cache.Max = 0;
            NetVips.NetVips.Leak = false;
            NetVips.NetVips.Concurrency = threads;
            // Twice: libvips's own judgement of what is hardened, and our list.
            NetVips.NetVips.BlockUntrusted = true;
            Operation.Block("VipsForeignLoad", true);
            foreach (var format in new[] { "Jpeg", "Png", "Webp", "Heif", "Tiff" })
                Operation.Block($"VipsForeignLoad{format}Source", false);
            return null;
        }
        catch (Exception e) when (e is VipsException or EntryPointNotFoundException)
        {
            return e;
        }
    }

    private static bool HasOperation(string nickname) => NetVips.NetVips.TypeFind("VipsOperation", nickname) != 0;

    private static FrozenSet<ImageFormat> FindFormats(string name)
    {
        foreach (
            var needed in new[]
            {
                "jpegload_source",
                "pngload_source",
                "webpload_source",
                "jpegsave_buffer",
                "pngsave_buffer",
                "webpsave_buffer",
            }
        )
        {
            if (!HasOperation(needed))
                throw new NativeLibraryException(
                    $"'{name}' lacks {needed}: it was built without a codec that is needed. Install a libvips with JPEG, PNG and WebP."
                );
        }

        HashSet<ImageFormat> formats = [ImageFormat.Jpeg, ImageFormat.Png, ImageFormat.WebP];
        if (HasOperation("tiffload_source"))
            formats.Add(ImageFormat.Tiff);
        if (HasOperation("heifload_source"))
            formats.UnionWith(HeifSupport.Decodable());
        return formats.ToFrozenSet();
    }

    // Messages are about untrusted files; their text is not kept.
    private static void OnLog(string domain, Enums.LogLevelFlags level, string message)
    {
        if (domain == "VIPS" && (level & Enums.LogLevelFlags.Warning) != 0)
            warnings++;
        if ((level & (Enums.LogLevelFlags.Critical | Enums.LogLevelFlags.Warning)) != 0 && domain is "GLib" or "GLib-GObject")
            Interlocked.Increment(ref complaints);
    }

    private sealed record LoadedLibrary(string? Path, Version Version, FrozenSet<ImageFormat> Formats);
}
