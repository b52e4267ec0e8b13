namespace RoadSeg.Functions.Webhooks;

internal static class WebhookServices
{
    public static void AddWebhooks(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(WebhookOptions.Read(settings));
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<Receivers>();
    }
}
