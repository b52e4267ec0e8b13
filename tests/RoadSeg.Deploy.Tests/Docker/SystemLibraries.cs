using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>Which package brings a shared library, in the distributions that the images are made of.</summary>
internal static partial class SystemLibraries
{
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["libc.so.6"] = "libc6",
        ["libm.so.6"] = "libc6",
        ["libdl.so.2"] = "libc6",
        ["libpthread.so.0"] = "libc6",
        ["librt.so.1"] = "libc6",
        ["libresolv.so.2"] = "libc6",
        ["ld-linux-x86-64.so.2"] = "libc6",
        ["libgcc_s.so.1"] = "libgcc-s1",
        ["libstdc++.so.6"] = "libstdc++6",
        ["libssl.so.3"] = "libssl3",
        ["libgomp.so.1"] = "libgomp1",
    };

    private static readonly string[] OfDotnet = ["libc6", "libgcc-s1", "libstdc++6", "libssl3", "libicu", "ca-certificates", "tzdata"];

    /// <summary>What an image has before anything is installed into it.</summary>
    private static readonly Dictionary<string, string[]> Bases = new(StringComparer.Ordinal)
    {
        ["mcr.microsoft.com/azure-functions/dotnet-isolated"] = OfDotnet,
        ["mcr.microsoft.com/dotnet/aspnet"] = OfDotnet,
        ["mcr.microsoft.com/dotnet/runtime"] = OfDotnet,
        ["nvidia/cuda"] = ["libc6", "libgcc-s1"],
    };

    /// <summary>Packages of a target: its base image's and those of its apt-get lines. Ubuntu's 64-bit time suffix is left out.</summary>
    public static IReadOnlySet<string> Of(Stage target)
    {
        var image = Bases.Single(image => target.Image.StartsWith(image.Key + ":", StringComparison.Ordinal)).Value;
        var installed = target.Of("RUN").SelectMany(run => Install().Matches(run.Arguments)).SelectMany(match => match.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return image.Concat(installed).Select(package => package.EndsWith("t64", StringComparison.Ordinal) ? package[..^3] : package).ToHashSet(StringComparer.Ordinal);
    }

    public static string? PackageOf(string library) => Packages.GetValueOrDefault(library);

    /// <summary>Libraries that a file needs, directly or not, by name and the path found; null where none was.</summary>
    public static IReadOnlyList<(string Name, string? Path)> Needed(string file)
    {
        using var ldd = Process.Start(new ProcessStartInfo("ldd", [file]) { RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["LD_LIBRARY_PATH"] = "" } })!;
        var output = ldd.StandardOutput.ReadToEnd();
        ldd.WaitForExit();
        return [.. Line().Matches(output).Select(match => (Path.GetFileName(match.Groups[1].Value), match.Groups[2].Value is var path && path.StartsWith("not", StringComparison.Ordinal) ? null : path))];
    }

    [GeneratedRegex(@"apt-get install -y --no-install-recommends ([^&]+)")]
    private static partial Regex Install();

    [GeneratedRegex(@"^\s+(\S+) => (not found|\S+)", RegexOptions.Multiline)]
    private static partial Regex Line();
}
