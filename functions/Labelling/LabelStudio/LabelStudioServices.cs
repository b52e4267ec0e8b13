namespace RoadSeg.Functions.Labelling.LabelStudio;

internal static class LabelStudioServices
{
    public static void AddLabelStudio(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(LabelStudioOptions.Read(settings));
        services.AddSingleton<LabelStudioPhotos>();
        services.AddSingleton<LabelStudioPredictions>();
    }
}
