namespace RoadSeg.Trainer;

/// <summary>A small generator whose whole state is its seed, the same on every machine and .NET version (SplitMix64, Steele et al. 2014).
/// A stream is named by its numbers, so that any sample of any epoch can be made again without replaying what came before.</summary>
internal struct SeededRandom
{
    private ulong _state;

    public SeededRandom(params ReadOnlySpan<long> name)
    {
        foreach (var part in name)
            _state = Mix(_state ^ ((ulong)part * 0x9E3779B97F4A7C15));
    }

    /// <summary>A seed for another generator, 0 or more.</summary>
    public static long SeedOf(params ReadOnlySpan<long> name) => (long)(new SeededRandom(name).NextBits() >> 1);

    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        return Mix(_state);
    }

    /// <summary>0 inclusive to 1 exclusive.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    public double Between(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>0 inclusive to <paramref name="count"/> exclusive.</summary>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    public bool Chance(double probability) => NextDouble() < probability;

    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
