namespace RoadSeg.LocalHost;

/// <summary>Exponential back-off with a random increment: min + rand(0.8..1.2) x 2^(e-1) x min, then exactly max until a success.</summary>
internal sealed class RandomizedBackoff(TimeSpan minimum, TimeSpan maximum, Random random)
{
    private const double Spread = 0.2;

    private TimeSpan _current;
    private int _exponent;

    public TimeSpan NextDelay(bool found)
    {
        if (found)
        {
            _exponent = 1;
            return _current = minimum;
        }
        if (_current == maximum) return _current;

        var delay = minimum;
        if (_exponent > 0)
        {
            double factor;
            lock (random) factor = 1 - Spread + random.NextDouble() * 2 * Spread;
            delay += factor * Math.Pow(2, _exponent - 1) * minimum;
        }
        if (delay >= maximum) return _current = maximum;
        _exponent++;
        return _current = delay;
    }
}
