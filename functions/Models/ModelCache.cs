using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>The folder of downloaded packages, <c>{name}/{version}</c>, which processes may share. A package is needed on disk while it is loaded only.</summary>
internal static class ModelCache
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);
    private static readonly TimeSpan KeptPartial = TimeSpan.FromHours(1);

    /// <summary>Notes that a package was used.</summary>
    public static void Used(string package, DateTimeOffset now) => Directory.SetLastWriteTimeUtc(package, now.UtcDateTime);

    /// <summary>Deletes what nobody used for a week, and what downloads left that were killed.</summary>
    public static void Trim(string cache, DateTimeOffset now)
    {
        foreach (var package in Directory.EnumerateDirectories(cache).SelectMany(Directory.EnumerateDirectories).ToList())
        {
            var age = now - Directory.GetLastWriteTimeUtc(package);
            if (age < (package.EndsWith(ModelRegistry.Partial, StringComparison.Ordinal) ? KeptPartial : Kept))
                continue;
            try
            {
                Directory.Delete(package, recursive: true);
            }
            catch (IOException)
            {
                // Another process deletes it too.
            }
        }
    }
}
