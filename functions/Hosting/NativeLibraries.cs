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
                "ONNX Runtime's library (libonnxruntime.so) cannot be loaded. Publish the app anew, so that the package Microsoft.ML.OnnxRuntime brings it for this system: "
                + $"it needs Linux on x64 with glibc 2.28 and libstdc++ of GCC 11 or newer, as Debian 12 and Ubuntu 22.04 have. {Cause(e).Message}", e);
        }
    }

    // A library that does not load fails a static constructor, or several in one another.
    private static Exception Cause(Exception e) => e is TypeInitializationException { InnerException: { } inner } ? Cause(inner) : e;
}
