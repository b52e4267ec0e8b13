using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace RoadSeg.Torch.Interop;

/// <summary>Finds, loads and checks the shim and, through it, libtorch: once, before the first call.</summary>
internal static unsafe class LibTorch
{
    public const string LibraryName = "roadseg_torch";
    public const string PathVariable = "ROADSEG_TORCH_LIBRARY";

    private const string FileName = "libroadseg_torch.so";
    private static readonly Version Oldest = new(1, 13);
    private static readonly Lazy<string> Versions = new(Open);
    private static nint library;

    /// <summary>The version of the libtorch that was loaded.</summary>
    /// <exception cref="DllNotFoundException">The shim or libtorch is missing; the message says what to install.</exception>
    /// <exception cref="NotSupportedException">The shim is of another build, or libtorch is too old or not the one it was built for.</exception>
    public static string Version => Versions.Value;

    // The resolver must be in place before any import is bound: nothing native can be called without passing here first.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void RegisterResolver() => NativeLibrary.SetDllImportResolver(typeof(LibTorch).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != LibraryName)
            return 0;
        if (library == 0)
            _ = Version;
        return library;
    }

    private static string Open()
    {
        string path = Find(out string searched)
            ?? throw new DllNotFoundException($"{FileName} was not found (looked in {searched}). {HowToInstall}");
        try
        {
            library = NativeLibrary.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException($"{path} could not be loaded: {e.Message} {HowToInstall}", e);
        }

        return CheckVersions(path);
    }

    private static string CheckVersions(string path)
    {
        int abi = NativeMethods.rs_abi_version();
        if (abi != NativeMethods.AbiVersion)
            throw new NotSupportedException($"{path} has interface {abi}, this build needs {NativeMethods.AbiVersion}: run trainer/torch/native/build again.");

        const int capacity = 64;
        byte* built = stackalloc byte[capacity];
        byte* loaded = stackalloc byte[capacity];
        Status.Check(NativeMethods.rs_versions(built, loaded, capacity));
        string builtText = Text(built), loadedText = Text(loaded);
        // A libtorch that does not tell its version is taken to be the one the shim was built against.
        if (loadedText.Length == 0)
            loadedText = builtText;
        if (MajorMinor(loadedText) != MajorMinor(builtText))
            throw new NotSupportedException($"{path} was built for libtorch {builtText} but {loadedText} was loaded: run trainer/torch/native/build again.");
        if (MajorMinor(loadedText) < Oldest)
            throw new NotSupportedException($"libtorch {loadedText} is too old: {Oldest} or newer is needed.");
        return loadedText;
    }

    private static string Text(byte* text) => Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));

    private static Version MajorMinor(string text)
    {
        string[] parts = text.Split('.', 3);
        return parts.Length >= 2 && int.TryParse(parts[0], out int major) && int.TryParse(parts[1], out int minor)
            ? new Version(major, minor)
            : new Version(0, 0);
    }

    /// <summary>The variable, then beside the program, then artifacts/torch of the checkout around it.</summary>
    private static string? Find(out string searched)
    {
        var candidates = new List<string>();
        string? named = Environment.GetEnvironmentVariable(PathVariable);
        if (!string.IsNullOrEmpty(named))
        {
            candidates.Add(Directory.Exists(named) ? Path.Combine(named, FileName) : named);
        }
        else
        {
            candidates.Add(Path.Combine(AppContext.BaseDirectory, FileName));
            candidates.Add(Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", FileName));
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "RoadSeg.Functions.sln")))
                    candidates.Add(Path.Combine(folder.FullName, "artifacts", "torch", FileName));
            }
        }

        searched = string.Join(", ", candidates);
        return candidates.Find(File.Exists);
    }

    private static string HowToInstall =>
        $"Run trainer/torch/native/build: on Debian 12 it installs libtorch-dev and libopenblas0-pthread and builds the shim. Or set {PathVariable} to its path.";
}
