using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;

namespace RoadSeg.Functions.Hosting;

/// <summary>The one place where native libraries are loaded, before anything else: a worker that lacks one says so and ends, where it would
/// otherwise fail every photo.</summary>
internal static class NativeLibraries
{
    /// <summary>Loads libvips, from the file that setting ROADSEG_VIPS names or from beside the app, and ONNX Runtime.</summary>
    /// <exception cref="InvalidOperationException">One of them cannot be used. The message names it and says what to install.</exception>
    public static void Load(IConfiguration settings)
    {
        VipsLibrary.Initialize(settings["ROADSEG_VIPS"]);
        try
        {
            _ = OrtEnv.Instance().GetVersionString();
        }
        catch (Exception e) when (Cause(e) is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new InvalidOperationException(
                "ONNX Runtime's library (libonnxruntime.so) cannot be loaded. Publish the app anew for this system, with the package "
                + "Microsoft.ML.OnnxRuntime; it needs glibc and libstdc++ as Debian 12 or Ubuntu 22.04 and newer have them. The system says: "
                + Cause(e).Message.ReplaceLineEndings(" "), e);
        }
    }

    // A library that does not load fails a static constructor, or several in one another.
    private static Exception Cause(Exception e) => e is TypeInitializationException { InnerException: { } inner } ? Cause(inner) : e;
}
