using System.Collections.Concurrent;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>Ids, names, versions and tags that the service has told of, by kind: with them requests reach what is behind a 404.</summary>
internal sealed class KnownThings
{
    private const int Most = 40;
    private readonly ConcurrentDictionary<string, List<string>> _things = new();

    public void Learn(string kind, string? value)
    {
        if (string.IsNullOrEmpty(value))
            return;
        var things = _things.GetOrAdd(kind, static _ => []);
        lock (things)
        {
            if (things.Contains(value))
                return;

            // The first ones are the stack's own: they lead to every kind of answer.
            if (things.Count >= Most)
                things.RemoveAt(Most / 2);
            things.Add(value);
        }
    }

    public string? Any(string kind, Random random)
    {
        if (!_things.TryGetValue(kind, out var things))
            return null;
        lock (things)
            return things[random.Next(things.Count)];
    }
}
