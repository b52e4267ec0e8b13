using System.Diagnostics;
using System.Text;

namespace RoadSeg.Tests;

/// <summary>A program in a folder of its own, whose native libraries a test takes away or damages, and its process there.</summary>
public sealed class Installation : IDisposable
{
    private const string Native = "runtimes/linux-x64/native";

    private readonly TempFolder _folder = new();
    private readonly string _program;

    /// <param name="program">Its .dll, beside all that it needs.</param>
    public Installation(string program)
    {
        var from = Path.GetDirectoryName(program)!;
        foreach (var file in Directory.EnumerateFiles(from).Where(file => Path.GetExtension(file) is ".dll" or ".json"))
            File.CreateSymbolicLink(_folder[Path.GetFileName(file)], file);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(from, "runtimes"), "*", SearchOption.AllDirectories))
        {
            var link = _folder[Path.GetRelativePath(from, file)];
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, file);
        }

        // .NET takes the folder that the program really lies in for the program's own.
        _program = _folder[Path.GetFileName(program)];
        File.Delete(_program);
        File.Copy(program, _program);
    }

    /// <summary>Where a file of its folder lies.</summary>
    public string this[string name] => _folder[name];

    /// <summary>Where a native library lies that its packages bring.</summary>
    public string NativeOf(string library) => _folder[$"{Native}/{library}"];

    /// <summary>Puts another content in a native library's place.</summary>
    public void Replace(string library, Func<byte[], byte[]> change)
    {
        var content = change(File.ReadAllBytes(NativeOf(library)));
        File.Delete(NativeOf(library));
        File.WriteAllBytes(NativeOf(library), content);
    }

    /// <summary>A library that asks for a glibc that no system has: the name alone of a version is changed.</summary>
    public static byte[] OfTomorrow(byte[] library)
    {
        var at = library.AsSpan().IndexOf("GLIBC_2.28\0"u8);
        Assert.True(at > 0, "The library does not ask for glibc 2.28.");
        Encoding.ASCII.GetBytes("GLIBC_9.28").CopyTo(library, at);
        return library;
    }

    public async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments, params (string Name, string Value)[] settings)
    {
        var cancel = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo("dotnet", ["exec", _program, .. arguments])
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var run = Process.Start(start)!;
        var (output, errors) = (run.StandardOutput.ReadToEndAsync(cancel), run.StandardError.ReadToEndAsync(cancel));
        await run.WaitForExitAsync(cancel);
        return (run.ExitCode, await output, await errors);
    }

    public void Dispose() => _folder.Dispose();
}
