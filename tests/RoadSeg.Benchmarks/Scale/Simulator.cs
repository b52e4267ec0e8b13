namespace RoadSeg.Benchmarks.Scale;

/// <summary>Discrete-event simulation: what happens next happens next, at once. Time is in seconds from 0. The same seed gives the same run.</summary>
internal sealed class Simulator(int seed)
{
    private readonly PriorityQueue<Action, (double Time, long Order)> _events = new();
    private readonly Random _random = new(seed);
    private long _order;

    public double Now { get; private set; }

    /// <summary>Has something happen after a delay; of two at one time, what was asked for first.</summary>
    public void After(double delay, Action action) => _events.Enqueue(action, (Now + Math.Max(0, delay), _order++));

    /// <summary>Runs until nothing is left, or until the time given.</summary>
    public void Run(double until = double.PositiveInfinity)
    {
        while (_events.TryPeek(out _, out var next) && next.Time <= until)
        {
            var action = _events.Dequeue();
            Now = next.Time;
            action();
        }
    }

    /// <summary>0 (included) to 1 (excluded), even.</summary>
    public double Uniform() => _random.NextDouble();

    public double Exponential(double mean) => -mean * Math.Log(1 - _random.NextDouble());

    /// <summary>A service time: log-normal with a coefficient of variation, the common shape of work on photos of differing sizes.</summary>
    public double LogNormal(double mean, double variation)
    {
        var spread = Math.Log(1 + (variation * variation));
        var normal = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
        return mean * Math.Exp((Math.Sqrt(spread) * normal) - (spread / 2));
    }
}
