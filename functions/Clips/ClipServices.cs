namespace RoadSeg.Functions.Clips;

internal static class ClipServices
{
    public static void AddClips(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(ClipSettings.Read(settings));
        services.AddSingleton<ClipTurn>();
        services.AddSingleton<ClipFrames>();
        services.AddSingleton<ClipOverlays>();
    }
}
