using System.Reflection;
using Microsoft.ML.OnnxRuntime;
using RoadSeg.Imaging;
using RoadSeg.Native;

namespace RoadSeg.Startup;

/// <summary>The one place where native libraries are loaded, before anything else: a program that lacks one says so and ends, where it
/// would otherwise fail every photo, or a training run after its last epoch.</summary>
public static class NativeLibraries
{
    private const string OnnxRuntime = "libonnxruntime.so";

    /// <summary>The package that this was built with: for CPUs, or for CUDA.</summary>
    private static string Package { get; } =
        typeof(NativeLibraries)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(static entry => entry.Key == "OnnxRuntimePackage")
            .Value!;

    /// <summary>File of a libvips of the user's own, for instance one that reads HEIC: environment variable ROADSEG_VIPS; null where there
    /// is none.</summary>
    public static string? OwnVips => Environment.GetEnvironmentVariable("ROADSEG_VIPS") is { Length: > 0 } path ? path : null;

    /// <summary>Loads libvips and ONNX Runtime. Calling again with the same path changes nothing.</summary>
    /// <param name="vips">File of a libvips of the user's own; null takes the one that ships with the app.</param>
    /// <exception cref="NativeLibraryException">One of them cannot be used. The message names it and says what to install.</exception>
    public static void Load(string? vips = null)
    {
        VipsLibrary.Initialize(vips);
        var path = NativeFile.Find(OnnxRuntime)
            ?? throw new NativeLibraryException(
                $"ONNX Runtime's library ({OnnxRuntime}) was not found beside the app. "
                    + $"Publish the app anew for this system: the package {Package} brings it."
            );
        NativeFile.Open(
            path,
            $"ONNX Runtime's library '{path}' cannot be loaded. {NativeFile.Needs}; a damaged file comes anew with the package {Package}."
        );
        try
        {
            _ = OrtEnv.Instance().GetVersionString();
        }
        catch (Exception e) when (e is TypeInitializationException or TypeLoadException or BadImageFormatException)
        {
            throw new NativeLibraryException(
                $"'{path}' is not the ONNX Runtime that the app was built with. Publish the app anew: the package {Package} brings "
                    + $"the right one. The system says: {NativeFile.Reason(e)}.",
                e
            );
        }
    }
}
