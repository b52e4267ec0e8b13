using System.Text.Json.Nodes;

namespace RoadSeg.Functions.Tests.Hosting;

public sealed class HostLogLevelTests
{
    // "The default level makes the real host log every storage call: 0.6 GB a day when idle."
    [Theory]
    [InlineData("Azure.Core")]
    [InlineData("Azure.Storage.Blobs")]
    [InlineData("Azure.Storage.Queues")]
    public void The_host_does_not_tell_of_each_storage_call(string category)
    {
        var levels = JsonNode.Parse(File.ReadAllText(Checkout.File("functions/host.json")))!["logging"]!["logLevel"]!.AsObject();

        var longest = levels.Where(level => category.StartsWith(level.Key, StringComparison.Ordinal)).MaxBy(level => level.Key.Length);
        Assert.Equal("Warning", (string?)longest.Value);
    }
}
