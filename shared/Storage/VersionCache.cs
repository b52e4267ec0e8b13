namespace RoadSeg.Storage;

/// <summary>A folder of what was downloaded, <c>{name}/{version}</c>, which processes may share.</summary>
public static class VersionCache
{
    /// <summary>Ends the name of a folder that is not whole yet.</summary>
    public const string Partial = ".partial";

    private static readonly TimeSpan KeptPartial = TimeSpan.FromHours(1);

    /// <summary>Notes that a version was used.</summary>
    /// <param name="version">Its folder.</param>
    /// <param name="now">When.</param>
    public static void Used(string version, DateTimeOffset now) => Directory.SetLastWriteTimeUtc(version, now.UtcDateTime);

    /// <summary>Deletes what nobody used for so long, and what downloads left that were killed.</summary>
    /// <param name="cache">The folder; nothing is done where there is none.</param>
    /// <param name="kept">How long a version is kept after its last use: longer than any process works with it.</param>
    /// <param name="now">When.</param>
    public static void Trim(string cache, TimeSpan kept, DateTimeOffset now)
    {
        if (!Directory.Exists(cache))
            return;
        foreach (var version in Directory.EnumerateDirectories(cache).SelectMany(Directory.EnumerateDirectories).ToList())
        {
            var age = now - Directory.GetLastWriteTimeUtc(version);
            if (age < (version.EndsWith(Partial, StringComparison.Ordinal) ? KeptPartial : kept))
                continue;
            try
            {
                Remove(version);
            }
            catch (IOException)
            {
                // Another process deletes it too.
            }
        }
    }

    /// <summary>Deletes a version. It goes whole: who is killed meanwhile leaves a partial folder, and never a version that lacks
    /// files.</summary>
    /// <exception cref="IOException">It is gone, or another process deletes it too.</exception>
    public static void Remove(string version)
    {
        var away = version.EndsWith(Partial, StringComparison.Ordinal) ? version : $"{version}.{Guid.NewGuid():N}{Partial}";
        if (away != version)
            Directory.Move(version, away);
        Directory.Delete(away, recursive: true);
    }
}
