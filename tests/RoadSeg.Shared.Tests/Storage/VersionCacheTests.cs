using RoadSeg.Storage;

namespace RoadSeg.Tests.Storage;

public sealed class VersionCacheTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_nobody_used_for_long_goes_and_what_a_killed_download_left_goes_soon()
    {
        Version("roads/old", TimeSpan.FromDays(8));
        Version("roads/used", TimeSpan.FromDays(6));
        Version("city/fresh.0123.partial", TimeSpan.FromMinutes(50));
        Version("city/killed.4567.partial", TimeSpan.FromMinutes(70));

        VersionCache.Trim(folder.Path, TimeSpan.FromDays(7), Now);
        Assert.Equal(["city/fresh.0123.partial", "roads/used"], Left());

        VersionCache.Used(folder["roads/used"], Now);
        VersionCache.Trim(folder.Path, TimeSpan.FromDays(7), Now.AddDays(6));
        Assert.Equal(["roads/used"], Left());
    }

    [Fact]
    public void A_cache_that_nothing_was_put_into_yet_is_left_alone()
    {
        VersionCache.Trim(folder["none"], TimeSpan.FromDays(7), Now);
        Assert.False(Directory.Exists(folder["none"]));
    }

    private void Version(string name, TimeSpan age)
    {
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(folder[name]).FullName, "file"), "x");
        VersionCache.Used(folder[name], Now - age);
    }

    private string[] Left() =>
        [.. Directory.GetDirectories(folder.Path).SelectMany(Directory.GetDirectories).Select(found => Path.GetRelativePath(folder.Path, found)).Order(StringComparer.Ordinal)];
}
