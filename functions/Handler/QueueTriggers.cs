using System.Text.Json;

namespace RoadSeg.Functions.Handler;

internal static class QueueTriggers
{
    /// <summary>Answers the host's invocations of a queue-triggered function. Any exception answers 500: the host then
    /// makes the message visible again, and moves it to the poison queue after its last try.</summary>
    public static void MapQueueTrigger<T>(
        this WebApplication app, string function, Func<T, QueueMessage, CancellationToken, Task<InvocationResponse>> run)
        where T : notnull
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("RoadSeg." + function);
        var instance = app.Services.GetRequiredService<T>();
        app.MapPost("/" + function, async (HttpContext context) =>
        {
            // The host gives no cancellation; RequestAborted would fire only when the host itself is gone, and then the
            // message is delivered again anyway.
            var response = InvocationResponse.Empty;
            try
            {
                var invocation = await JsonSerializer.DeserializeAsync(context.Request.Body, HandlerJson.Default.JsonElement, context.RequestAborted);
                response = await run(instance, QueueMessage.Read(invocation), context.RequestAborted);
            }
#pragma warning disable CA1031 // The boundary of an invocation: whatever went wrong is logged and answered.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.InvocationFailed(log, function, e);
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }

            await context.Response.WriteAsJsonAsync(response, HandlerJson.Default.InvocationResponse);
        }).ExcludeFromDescription();
    }
}
