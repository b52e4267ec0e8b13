
namespace RoadSeg.Benchmarks.Scale;

/// <summary>A line, first come first served, before servers that each take up to a batch at once.</summary>
/// <param name="simulator">The clock.</param>
/// <param name="service">Seconds that a server takes for so many at once.</param>
/// <param name="maxBatch">Most that a server takes at once. It never waits for a batch to fill.</param>
internal sealed class Station(Simulator simulator, Func<int, double> service, int maxBatch = 1)
{
    private readonly Queue<(double Since, Action<double> Done)> _line = new();
    private double _busySince;
    private double _busySeconds;

    /// <summary>How many may work at once.</summary>
    public int Servers { get; private set; }

    public int Busy { get; private set; }

    public int Waiting => _line.Count;

    /// <summary>Being worked on, one by one.</summary>
    public int InService { get; private set; }

    /// <summary>Since when a server has had nothing to do.</summary>
    public double IdleSince { get; private set; }

    /// <summary>Server seconds worked so far.</summary>
    public double BusySeconds => _busySeconds + (Busy * (simulator.Now - _busySince));

    /// <summary>More servers begin at once; fewer finish what they have.</summary>
    public void Resize(int servers)
    {
        Servers = servers;
        Start();
    }

    /// <summary>Joins the line.</summary>
    /// <param name="done">Called when served, with the seconds waited before it.</param>
    public void Enter(Action<double> done)
    {
        _line.Enqueue((simulator.Now, done));
        Start();
    }

    private void Start()
    {
        while (Busy < Servers && _line.Count > 0)
        {
            var batch = new List<(double Wait, Action<double> Done)>(Math.Min(maxBatch, _line.Count));
            while (batch.Count < maxBatch && _line.TryDequeue(out var next))
                batch.Add((simulator.Now - next.Since, next.Done));
            Count(1, batch.Count);
            simulator.After(service(batch.Count), () =>
            {
                Count(-1, -batch.Count);
                IdleSince = simulator.Now;
                batch.ForEach(served => served.Done(served.Wait));
                Start();
            });
        }
    }

    private void Count(int servers, int served)
    {
        _busySeconds += Busy * (simulator.Now - _busySince);
        _busySince = simulator.Now;
        Busy += servers;
        InService += served;
    }
}
