namespace RoadSeg.Functions.Results;

internal static class ResultServices
{
    public static void AddResults(this IServiceCollection services)
    {
        services.AddSingleton<ResultReader>();
        services.AddSingleton<RenderedResults>();
        services.AddSingleton<SureMasks>();
    }
}
