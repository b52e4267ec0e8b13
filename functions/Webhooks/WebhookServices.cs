using RoadSeg.Functions.Handler;

namespace RoadSeg.Functions.Webhooks;

internal static class WebhookServices
{
    public static void AddWebhooks(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(WebhookOptions.Read(settings));
        services.AddSingleton<WebhookClient>();
        services.AddSingleton<Receivers>();
        services.AddSingleton<DeliverWebhook>();
    }

    public static void MapWebhooks(this WebApplication app)
    {
        app.MapQueueTrigger<DeliverWebhook>("DeliverWebhook", static (function, message, cancel) => function.RunAsync(message, cancel));
        app.MapQueueTrigger<DeliverWebhook>("FailPoisonedWebhook", static (function, message, cancel) => function.PoisonedAsync(message, cancel));
    }
}
