using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;

namespace RoadSeg.Functions.Hosting;

/// <summary>Logs the failure of an invocation, once, and passes it on: the host makes the message of a queue visible again, and moves
/// it to the poison queue after its last try.</summary>
internal sealed class FailureLog(ILoggerFactory logs) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e)
        {
            var function = context.FunctionDefinition;
            var log = logs.CreateLogger("RoadSeg." + function.Name);
            if (function.InputBindings.Values.Any(static binding => binding.Type == "timerTrigger"))
                Log.TimerFailed(log, function.Name, e);
            else
                Log.InvocationFailed(log, function.Name, e.GetType().Name, e.Message, e);
            throw;
        }
    }
}
