using RoadSeg.Functions.Fairness;

namespace RoadSeg.Functions.Uploads;

internal static class UploadServices
{
    public static void AddUploads(this IServiceCollection services, IConfiguration settings)
    {
        services.AddPhotoLimits(settings);
        services.AddSingleton(DetailOptions.From(settings));
        services.AddSingleton<PhotoSlots>();
        services.AddSingleton<RequestBodies>();
        services.AddSingleton<UploadKeys>();
        services.AddSingleton<UploadClaim>();
        services.AddSingleton<PhotoPreparation>();
    }
}
