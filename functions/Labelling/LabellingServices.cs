namespace RoadSeg.Functions.Labelling;

internal static class LabellingServices
{
    /// <summary>What the calls of every labelling tool need.</summary>
    public static void AddLabelling(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(LabellingOptions.Read(settings));
        services.AddSingleton(LabellingKeys.Read(settings));
        services.AddSingleton<Prelabelling>();
    }
}
