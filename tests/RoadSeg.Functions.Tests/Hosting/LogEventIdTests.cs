using System.Reflection;
using Microsoft.Extensions.Logging;
using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Tests.Hosting;

/// <summary>"Event ids 500-503 used twice with other meanings": training runs and data sets had the same.</summary>
public sealed class LogEventIdTests
{
    private static readonly (string Method, int Id)[] Events =
    [
        .. typeof(JobSweep).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Select(method => (Method: method, Event: method.GetCustomAttribute<LoggerMessageAttribute>()))
            .Where(found => found.Event is not null)
            .Select(found => ($"{found.Method.DeclaringType!.Name}.{found.Method.Name}", found.Event!.EventId)),
    ];

    [Fact]
    public void No_event_id_stands_for_two_things()
    {
        Assert.True(Events.Length >= 40, $"{Events.Length} events are few: are their attributes kept?");

        var doubled = Events.GroupBy(found => found.Id).Where(same => same.Count() > 1).Select(same => $"{same.Key}: {string.Join(", ", same.Select(found => found.Method))}");
        Assert.Empty(doubled);
    }

    [Theory]
    [InlineData("Training", 5)]
    [InlineData("Drop", 6)]
    [InlineData("Dataset", 6)]
    [InlineData("Webhook", 4)]
    public void An_event_has_its_subjects_hundred(string subject, int hundred) =>
        Assert.All(Events.Where(found => found.Method.Contains($".{subject}", StringComparison.Ordinal)), found => Assert.Equal(hundred, found.Id / 100));
}
