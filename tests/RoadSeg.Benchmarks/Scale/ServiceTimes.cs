namespace RoadSeg.Benchmarks.Scale;

/// <summary>What the simulation is fed with, in seconds. Measured figures name their source; the others are assumptions and say so.</summary>
internal sealed record ServiceTimes
{
    /// <summary>Measured: header, decode, orient and resize of a 12-megapixel JPEG on one core of a Zen 3 server (`bench imaging`, 2026-11-22; 0.063 a day later).</summary>
    public double Decode { get; init; } = 0.050;

    /// <summary>Measured: upsampling to 12 megapixels, confidence and argmax on two such cores (`bench imaging`, 2026-11-22; 0.073 a day later). Taken to shrink with more cores.</summary>
    public double UpsampleTwoCores { get; init; } = 0.082;

    /// <summary>Measured: the 12-megapixel mask as PNG, one core (`bench imaging`, 2026-11-22; 0.010 a day later).</summary>
    public double Encode { get; init; } = 0.014;

    /// <summary>Measured: the shipped model, fp32 at 640x480, on two such cores (docs/measurements/storage-requests-2026-11-23.md, by upload key).</summary>
    public double InferTwoCores { get; init; } = 0.115;

    /// <summary>ASSUMED, to be measured: a run on a data-centre GPU of the small kind in fp16, without a photo in it.</summary>
    public double GpuRun { get; init; } = 0.005;

    /// <summary>ASSUMED, to be measured: what each photo adds to that run.</summary>
    public double GpuPhoto { get; init; } = 0.004;

    /// <summary>ASSUMED: cores beside the GPU, as the small GPU profile of Container Apps has them.</summary>
    public int GpuCores { get; init; } = 8;

    /// <summary>ASSUMED: coefficient of variation of work on photos.</summary>
    public double Variation { get; init; } = 0.5;

    /// <summary>ASSUMED: one storage call within a region.</summary>
    public double StorageCall { get; init; } = 0.008;

    /// <summary>Counted in the code: storage calls one after the other in PreprocessUpload and in SegmentImage.</summary>
    public (int Preprocess, int Segment) CallsInTurn { get; init; } = (6, 4);

    /// <summary>ASSUMED: from a stored photo to its message, by Event Grid.</summary>
    public double Event { get; init; } = 0.5;

    /// <summary>ASSUMED: from the decision to the first message taken: pull, start, load of the model. CPU and GPU images.</summary>
    public (double Cpu, double Gpu) ColdStart { get; init; } = (20, 120);

    /// <summary>As deployed: KEDA's <c>queueLength</c> of both roles, which is <c>batchSize</c> of host.json. A host holds up to half as many more while it works (<c>newBatchThreshold</c>),
    /// which one line before all servers leaves out.</summary>
    public double MessagesPerReplica { get; init; } = 4;

    /// <summary>As deployed: most replicas of the app that preprocesses, and by default of the one that segments.</summary>
    public (int Cpu, int Gpu) MostReplicas { get; init; } = (20, 4);

    /// <summary>Counted: storage requests a job (docs/measurements/storage-requests-2026-11-29.md), by upload key, receives included.</summary>
    public double Requests { get; init; } = 21;

    /// <summary>Published: requests a second an account serves.</summary>
    public double AccountRequests { get; init; } = 20_000;

    /// <summary>Published: messages a second a queue takes; here each put, get and delete counts as one.</summary>
    public double QueueMessages { get; init; } = 2_000;

    /// <summary>Seconds that one GPU replica is taken by a batch: the run and the upsampling, which share a turn.</summary>
    public double GpuTurn(int batch) => GpuRun + (batch * (GpuPhoto + (UpsampleTwoCores * 2 / GpuCores)));

    /// <summary>The same of a replica of two cores without a GPU.</summary>
    public double CpuTurn => InferTwoCores + UpsampleTwoCores + Encode;
}
