namespace RoadSeg.Functions.Models;

internal static class ModelServices
{
    public static void AddModels(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(ModelOptions.Read(settings));
        services.AddSingleton<ModelPool>();
        services.AddSingleton<LiveModel>();
        services.AddSingleton<ModelCatalogue>();
        services.AddSingleton<ModelLane>();
        services.AddSingleton<Rollouts>();
        services.AddSingleton<RolloutWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveModel>());
    }
}
