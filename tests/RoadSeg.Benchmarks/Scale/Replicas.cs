
namespace RoadSeg.Benchmarks.Scale;

/// <summary>How a role scales: Azure Container Apps with a KEDA rule on queue length.</summary>
/// <param name="Min">Replicas that always run; 0 scales to zero.</param>
/// <param name="Max">Most replicas.</param>
/// <param name="Target">Messages a replica: the rule's <c>queueLength</c>.</param>
/// <param name="ColdStart">Seconds from the decision to a replica that takes messages.</param>
/// <param name="Polling">Seconds between two looks at the queue.</param>
/// <param name="Cooldown">Seconds without need before replicas go.</param>
internal sealed record ScaleRule(int Min, int Max, double Target, double ColdStart, double Polling = 30, double Cooldown = 300)
{
    public static ScaleRule Fixed(int replicas) => new(replicas, replicas, 1, 0);
}

/// <summary>The replicas of a role, each with as many servers, scaled by a rule. Steps up are those of Container Apps: one, then four, then as many as there are.
/// Polling is of the Functions host: a queue that was empty is looked at in growing intervals of up to <see cref="MaxPolling"/>.</summary>
internal sealed class Replicas
{
    /// <summary>Setting <c>queues.maxPollingInterval</c> as it is deployed for the CPU role, in seconds.</summary>
    public const double MaxPolling = 0.5;

    private readonly Simulator _simulator;
    private readonly ScaleRule _rule;
    private readonly int _serversEach;
    private int _wanted;
    private int _running;
    private double _neededAt;
    private double _since;
    private double _seconds;

    public Replicas(Simulator simulator, Station station, ScaleRule rule, int serversEach)
    {
        _simulator = simulator;
        Station = station;
        _rule = rule;
        _serversEach = serversEach;
        _wanted = rule.Min;
        Run(rule.Min);
        if (rule.Max > rule.Min)
            simulator.After(simulator.Uniform() * rule.Polling, Look);
    }

    public Station Station { get; }

    /// <summary>Replicas started after the beginning.</summary>
    public int ColdStarts { get; private set; }

    public int Most { get; private set; }

    /// <summary>Replica seconds, those of starting included: what is paid for.</summary>
    public double Seconds => _seconds + (_wanted * (_simulator.Now - _since));

    /// <summary>A message comes into the role's queue.</summary>
    public void Send(Action<double> done)
    {
        var sent = _simulator.Now;
        var idle = Station.Servers - Station.Busy;
        var interval = Math.Min(MaxPolling, _simulator.Now - Station.IdleSince);

        // Of the replicas that have nothing to do the first to look finds it.
        var delay = idle > 0 && Station.Waiting == 0 ? interval * (1 - Math.Pow(_simulator.Uniform(), 1.0 / Math.Max(1, idle / _serversEach))) : 0;
        _simulator.After(delay, () => Station.Enter(_ => done(_simulator.Now - sent)));
    }

    private void Look()
    {
        var length = Station.Waiting + Station.InService;
        var desired = Math.Clamp((int)Math.Ceiling(length / _rule.Target), _rule.Min, _rule.Max);
        if (desired >= _wanted && length > 0)
            _neededAt = _simulator.Now;
        if (desired > _wanted)
            Want(Math.Min(desired, _wanted == 0 ? 1 : _wanted + Math.Max(4, _wanted)));
        else if (desired < _wanted && _simulator.Now - _neededAt >= _rule.Cooldown)
            Want(desired);
        _simulator.After(_rule.Polling, Look);
    }

    private void Want(int replicas)
    {
        var more = replicas - _wanted;
        _seconds += _wanted * (_simulator.Now - _since);
        _since = _simulator.Now;
        _wanted = replicas;
        if (more <= 0)
        {
            Run(Math.Min(_running, replicas));
            return;
        }

        ColdStarts += more;
        _simulator.After(_rule.ColdStart, () => Run(Math.Min(_wanted, _running + more)));
    }

    private void Run(int replicas)
    {
        _running = replicas;
        Most = Math.Max(Most, replicas);
        Station.Resize(replicas * _serversEach);
    }
}
