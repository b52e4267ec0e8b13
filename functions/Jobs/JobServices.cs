using RoadSeg.Functions.Api;
using RoadSeg.Functions.Work;

namespace RoadSeg.Functions.Jobs;

internal static class JobServices
{
    public static void AddJobs(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(WorkOptions.Read(settings));
        services.AddSingleton(FunctionSwitches.Read(settings));
        services.AddSingleton(CallerKeys.Read(settings));
        services.AddSingleton(Operators.Read(settings));
        services.AddSingleton<QueueGauge>();
        services.AddSingleton<Admission>();
        services.AddSingleton<RecentJobs>();
        services.AddSingleton<BulkPace>();
        services.AddSingleton<JobWatch>();
        services.AddSingleton<JobPages>();
        services.AddSingleton<JobList>();
        services.AddSingleton<IdempotencyKeys>();
        services.AddSingleton<KeyedAdmission>();
        services.AddSingleton<AwaitedJobs>();
    }
}
