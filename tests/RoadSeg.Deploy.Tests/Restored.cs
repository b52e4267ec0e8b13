using System.Reflection;

namespace RoadSeg.Deploy.Tests;

/// <summary>What NuGet has put on this machine for these tests.</summary>
internal static class Restored
{
    /// <summary>The Bicep compiler.</summary>
    public static string Bicep => Value("Bicep");

    /// <summary>The folder of a package, which may be absent.</summary>
    public static string Package(string id, string version) => Path.Combine(Value("NuGetPackages"), id.ToLowerInvariant(), version);

    private static string Value(string key) =>
        typeof(Restored).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
