using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

internal static class Problems
{
    private const string RetrySeconds = "5";

    /// <summary>Turns whatever an endpoint throws into a problem document, and an unmatched route into route-not-found.</summary>
    public static void UseProblems(this IApplicationBuilder app)
    {
        var log = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("RoadSeg.Api");
        app.UseExceptionHandler(errors =>
            errors.Run(async context =>
            {
                var error = context.Features.Get<IExceptionHandlerFeature>()!.Error;
                await WriteAsync(context, Describe(error, context.RequestAborted.IsCancellationRequested, log));
            })
        );
        app.UseStatusCodePages(async pages =>
        {
            if (pages.HttpContext.Response.StatusCode is 404 or 405)
                await WriteAsync(
                    pages.HttpContext,
                    Problem.Of(ErrorCodes.RouteNotFound, "Nothing answers this method and path. The API's calls begin with /v1/.")
                );
        });
    }

    private static Problem Describe(Exception error, bool left, ILogger log)
    {
        switch (error)
        {
            case RoadSegException known:
                return Problem.Of(known.Code, known.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return Problem.Of(ErrorCodes.RequestTooLarge, error.Message);
            case BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout }:
                return Problem.Of(ErrorCodes.RequestTooSlow, error.Message);
            case BadHttpRequestException or InvalidDataException:

            // The server's word for the length of a chunk that no number holds.
            case IOException { InnerException: OverflowException }:
                return Problem.Of(ErrorCodes.RequestInvalid, error.Message);

            // The connection broke, which the server may report before it reports that the caller left; there is mostly nobody to read
            // this.
            case ConnectionResetException
            or ConnectionAbortedException:
            case IOException or OperationCanceledException when left:
            case AggregateException canceled
                when left && canceled.Flatten().InnerExceptions.Any(static one => one is OperationCanceledException):
                Log.CallerLeft(log, error);
                return Problem.Of(ErrorCodes.RequestInvalid, "The request broke off before it was whole. Send it again.");

            // The storage client throws one after its last try, and all of them together where every try failed on the way.
            case Azure.RequestFailedException:
            case AggregateException several when several.Flatten().InnerExceptions.Any(static one => one is Azure.RequestFailedException):
                Log.RequestFailed(log, error);
                return Problem.Of(ErrorCodes.StorageUnavailable, "Storage did not answer as it should. Try again in a few seconds.");
            default:
                Log.RequestFailed(log, error);
                return Problem.Of(
                    ErrorCodes.Internal,
                    "The service failed. The request changed nothing that you need to undo; try it again."
                );
        }
    }

    private static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status401Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"RoadSeg\", charset=\"UTF-8\"";
        if (problem.Retryable)
            context.Response.Headers.RetryAfter = RetrySeconds;
        return context.Response.WriteAsJsonAsync(problem, ApiJson.Plain.Problem, "application/problem+json");
    }
}
