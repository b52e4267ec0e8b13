using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(RoadSeg.EndToEnd.Tests.LongestFirst))]

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Begins with the classes that take minutes: one that began last would go on alone when the others are done.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
        [nameof(PageBrowseTests), nameof(StoryTests), nameof(SoakTests), nameof(PageStoryTests), nameof(PageFaultTests), nameof(RolloutTests), nameof(CliTests), nameof(CallerTests), nameof(BodyMemoryTests)];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Rank).ThenBy(static collection => collection.TestCollectionDisplayName, StringComparer.Ordinal)];

    private static int Rank<T>(T collection)
        where T : ITestCollection
    {
        var rank = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return rank < 0 ? Long.Length : rank;
    }
}
