using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RoadSeg.Native;
using TorchSharp;

namespace RoadSeg.Trainer.Libtorch;

/// <summary>
/// The step at start that loads libtorch and TorchSharp's native part by path and checks them. Whatever touches
/// <see cref="torch"/> comes after it: TorchSharp, which looks for files by name, finds them loaded already, and never falls back
/// on copying packages into the program's folder.
/// </summary>
internal static unsafe partial class TorchLibrary
{
    /// <summary>libtorch's version that TorchSharp was built for.</summary>
    public static readonly Version Version = new(2, 10);

    /// <summary>Name of libtorch in imports of its own functions.</summary>
    internal const string Cpu = "torch_cpu";

    private const string Native = "LibTorchSharp";
    private const uint CloseOnExec = 1;
    private const string NeededVersion = "GLIBCXX_3.4.32";
    private const string NeededMarker = "_ZSt21ios_base_library_initv";

    private const string HowToGet =
        "It is part of the trainer's NuGet packages: run 'dotnet restore trainer' in the checkout, "
        + "or 'dotnet publish trainer' and start what that makes.";

    private const string HowToMend =
        "The trainer needs glibc 2.34 and libstdc++ of GCC 12 (GLIBCXX_3.4.30) or newer: Debian 12, Ubuntu 22.04 and later have them "
        + "(apt-get install libstdc++6 libgcc-s1). A damaged file comes anew when its package's folder is deleted and "
        + "'dotnet restore trainer' is run.";

    private static readonly Lock Gate = new();
    private static nint libtorch;
    private static nint native;

    /// <summary>Loads what is needed from the program's folder or, when it was built and not published, from NuGet's.
    /// Calling again only sets the threads.</summary>
    /// <param name="threads">CPU threads of libtorch; 0 leaves them as they are: one for each core.</param>
    /// <exception cref="TrainerException">A file is missing, cannot be loaded or is of another version.</exception>
    public static void Load(int threads = 0)
    {
        lock (Gate)
        {
            if (native == 0)
                Load([.. NativeFile.Folders, .. PackageFolders]);
        }

        if (threads > 0)
            torch.set_num_threads(threads);
    }

    /// <summary>Where the build found the packages' files.</summary>
    internal static IEnumerable<string> PackageFolders =>
        typeof(TorchLibrary)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Where(entry => entry.Key == "TorchFolder")
            .Select(entry => entry.Value!);

    private static void Load(string[] folders)
    {
        Check.That(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
            $"The trainer runs on Linux on x64, this is {RuntimeInformation.RuntimeIdentifier}: use its container (infra/docker)."
        );
        ProcessorCaches.Guard();
        var cpu = Open(Find("libtorch_cpu.so", folders));
        CheckVersion(cpu);

        // For CUDA it brings libtorch_cuda, and that registers its devices.
        Open(Find("libtorch.so", folders));
        var path = Find("libLibTorchSharp.so", folders);
        var loaded = NativeLibrary.TryGetExport(Open("libstdc++.so.6"), NeededMarker, out _) ? Open(path) : OpenWeakened(path);
        NativeLibrary.SetDllImportResolver(typeof(torch).Assembly, (name, _, _) => name == Native ? loaded : 0);
        NativeLibrary.SetDllImportResolver(typeof(TorchLibrary).Assembly, (name, _, _) => name == Cpu ? libtorch : 0);
        (libtorch, native) = (cpu, loaded);
        ProcessorCaches.LeaveOutNnpack();
    }

    /// <summary>Where a contiguous tensor's values lie, on its device.</summary>
    internal static nint AddressOf(torch.Tensor tensor)
    {
        var data = (delegate* unmanaged<nint, nint>)NativeLibrary.GetExport(native, "THSTensor_data");
        var address = data(tensor.Handle);
        GC.KeepAlive(tensor);
        return address;
    }

    internal static string Find(string name, string[] folders) =>
        folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
        ?? throw new TrainerException($"{name} was not found (looked in {string.Join(", ", folders)}). {HowToGet}");

    internal static nint Open(string path)
    {
        try
        {
            return NativeFile.Load(path);
        }
        catch (DllNotFoundException e)
        {
            throw new TrainerException($"{path} could not be loaded: {NativeFile.Reason(e)}. {HowToMend}", e);
        }
    }

    /// <summary>
    /// TorchSharp's file is built with GCC 13, whose every program that includes iostream asks for GLIBCXX_3.4.32. The only symbol
    /// under that version is a marker that nothing calls, so where libstdc++ is older (Debian 12, Ubuntu 22.04) a copy is loaded that
    /// asks for it weakly. The copy lies in memory: no folder need be writable, and none is left behind.
    /// </summary>
    private static nint OpenWeakened(string path)
    {
        var content = File.ReadAllBytes(path);
        try
        {
            WeakVersion.Set(content, NeededVersion);
        }
        catch (InvalidDataException e)
        {
            throw new TrainerException($"{path} could not be loaded: {e.Message} {HowToMend}", e);
        }

        var descriptor = memfd_create(Path.GetFileName(path), CloseOnExec);
        Check.That(descriptor >= 0, $"{path} could not be copied into memory: {Marshal.GetLastPInvokeErrorMessage()}.");
        using var copy = new FileStream(new SafeFileHandle(descriptor, ownsHandle: true), FileAccess.Write, bufferSize: 0);
        copy.Write(content);
        return Open($"/proc/self/fd/{descriptor}");
    }

    private static void CheckVersion(nint library)
    {
        // One byte for each of major, minor and patch, from the top; libtorch exports it since 2.9.
        var known = NativeLibrary.TryGetExport(library, "aoti_torch_abi_version", out var function);
        var version = known ? ((delegate* unmanaged<ulong>)function)() : 0;
        var found = new Version((int)(version >> 56), (int)(version >> 48) & 0xff);
        var name = known ? $"{found}" : "of before 2.9";
        Check.That(
            found == Version,
            $"libtorch {name} was found, TorchSharp needs {Version}: run 'dotnet restore trainer' and build again."
        );
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);
}
