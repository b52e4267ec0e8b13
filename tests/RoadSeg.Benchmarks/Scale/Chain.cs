
namespace RoadSeg.Benchmarks.Scale;

/// <summary>What a run of the chain is made of.</summary>
internal sealed record ChainOptions
{
    public ServiceTimes Times { get; init; } = new();

    /// <summary>Replicas of two cores that preprocess.</summary>
    public ScaleRule Preprocess { get; init; } = ScaleRule.Fixed(2);

    /// <summary>Replicas that segment.</summary>
    public ScaleRule Segment { get; init; } = ScaleRule.Fixed(1);

    /// <summary>Whether those have a GPU.</summary>
    public bool Gpu { get; init; } = true;

    /// <summary>Most photos in one run. The service does one at a time today.</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Storage accounts that the photos are spread over.</summary>
    public int Accounts { get; init; } = 1;
}

/// <summary>The service as lines and servers: storage, event, queue, PreprocessUpload, queue, SegmentImage, commit.</summary>
internal sealed class Chain
{
    private const int CoresOfPreprocess = 2;

    private readonly Simulator _simulator;
    private readonly ServiceTimes _times;
    private readonly Station[] _accounts;
    private readonly Station[] _uploads;
    private readonly Station[] _segmentations;
    private readonly Replicas _preprocess;
    private long _sent;

    public Chain(Simulator simulator, ChainOptions options)
    {
        _simulator = simulator;
        _times = options.Times;
        _accounts = Limits(options.Accounts, _times.Requests / 2 / _times.AccountRequests);
        _uploads = Limits(options.Accounts, 3 / _times.QueueMessages);
        _segmentations = Limits(options.Accounts, 3 / _times.QueueMessages);
        _preprocess = new Replicas(simulator, new Station(simulator, _ => simulator.LogNormal(_times.Decode, _times.Variation)), options.Preprocess, CoresOfPreprocess);
        Segment = new Replicas(
            simulator, new Station(simulator, batch => simulator.LogNormal(options.Gpu ? _times.GpuTurn(batch) : _times.CpuTurn, _times.Variation), options.Batch), options.Segment, 1);
    }

    public Replicas Segment { get; }

    /// <summary>Seconds from the upload to the result, of each job that has ended.</summary>
    public List<double> Latencies { get; } = [];

    public double LastEnd { get; private set; }

    /// <summary>A photo is uploaded now.</summary>
    public void Submit()
    {
        var at = _simulator.Now;
        var account = (int)(_sent++ % _accounts.Length);
        _accounts[account].Enter(_ => _simulator.After(_times.Event, () =>
            _uploads[account].Enter(_ => _preprocess.Send(_ => _simulator.After(_times.StorageCall * _times.CallsInTurn.Preprocess, () =>
                _segmentations[account].Enter(_ => Segment.Send(_ => _accounts[account].Enter(_ => _simulator.After(_times.StorageCall * _times.CallsInTurn.Segment, () =>
                {
                    Latencies.Add(_simulator.Now - at);
                    LastEnd = _simulator.Now;
                })))))))));
    }

    /// <summary>Uploads at random times of a rate that may change, until a time.</summary>
    /// <param name="rate">Photos a second at a time.</param>
    /// <param name="highest">No rate is higher.</param>
    /// <param name="until">Seconds.</param>
    public void Arrivals(Func<double, double> rate, double highest, double until)
    {
        // Thinning: arrivals of the highest rate, of which each stays with the chance that its time's rate has of it.
        _simulator.After(_simulator.Exponential(1 / highest), () =>
        {
            if (_simulator.Now >= until)
                return;
            if (_simulator.Uniform() * highest < rate(_simulator.Now))
                Submit();
            Arrivals(rate, highest, until);
        });
    }

    public double Latency(double quantile)
    {
        Latencies.Sort();
        return Latencies.Count == 0 ? double.NaN : Latencies[(int)(quantile * (Latencies.Count - 1))];
    }

    private Station[] Limits(int count, double service) => [.. Enumerable.Range(0, count).Select(_ =>
    {
        var limit = new Station(_simulator, _ => service);
        limit.Resize(1);
        return limit;
    })];
}
