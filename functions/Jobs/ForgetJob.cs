using RoadSeg.Jobs;

namespace RoadSeg.Functions.Jobs;

/// <summary>Forgets what is said elsewhere of a job that its caller has erased, before its record forgets what it was. Done twice it
/// changes nothing.</summary>
internal delegate Task ForgetJob(JobRecord job, CancellationToken cancel);
