namespace RoadSeg.Functions.Review;

internal static class ReviewServices
{
    public static void AddReview(this IServiceCollection services)
    {
        services.AddSingleton<ReviewList>();
        services.AddSingleton<ReviewedMasks>();
        services.AddSingleton<ReviewExport>();
    }
}
