namespace RoadSeg.Functions.Handler;

internal static class TimerTriggers
{
    /// <summary>Answers the host's invocations of a timer-triggered function. A failure is logged and the next tick tries again.</summary>
    public static void MapTimerTrigger<T>(this WebApplication app, string function, Func<T, CancellationToken, Task> run)
        where T : notnull
    {
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("RoadSeg." + function);
        var instance = app.Services.GetRequiredService<T>();
        app.MapPost("/" + function, async (HttpContext context) =>
        {
            try
            {
                await run(instance, context.RequestAborted);
            }
#pragma warning disable CA1031 // The boundary of an invocation: whatever went wrong is logged and answered.
            catch (Exception e)
#pragma warning restore CA1031
            {
                Log.TimerFailed(log, function, e);
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }

            await context.Response.WriteAsJsonAsync(InvocationResponse.Empty, HandlerJson.Default.InvocationResponse);
        }).ExcludeFromDescription();
    }
}
