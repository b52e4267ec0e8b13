using Microsoft.Azure.Functions.Worker;

namespace RoadSeg.Functions.Http;

/// <summary>What the host lets in: the API with a function key, everything else without one and only to be read; and labelling tools, which
/// cannot send a function key, with keys that the service checks itself (<see cref="Labelling.LabellingKeys"/>). A host tries routes in the
/// order of the functions' names: those of the tools come before the one that takes every path.</summary>
internal sealed class HttpFunctions(HttpPipeline pipeline)
{
    [Function("Api")]
    public Task<IResult> ApiAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", "head", "post", "put", "delete", Route = "v1/{*path}")] HttpRequest request
    ) => AnswerAsync(request);

    /// <summary>What browsers ask before they let a script call the API; they send no key with it.</summary>
    [Function("Preflight")]
    public Task<IResult> PreflightAsync([HttpTrigger(AuthorizationLevel.Anonymous, "options", Route = "v1/{*path}")] HttpRequest request) =>
        AnswerAsync(request);

    [Function("Cvat")]
    public Task<IResult> CvatAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "api/{*path}")] HttpRequest request) =>
        AnswerAsync(request);

    [Function("LabelStudio")]
    public Task<IResult> LabelStudioAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "label-studio/{*path}")] HttpRequest request
    ) => AnswerAsync(request);

    [Function("Site")]
    public Task<IResult> SiteAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "{*path}")] HttpRequest request) =>
        AnswerAsync(request);

    // The pipeline has answered already; a function that returns nothing is complained of in the log.
    private async Task<IResult> AnswerAsync(HttpRequest request)
    {
        await pipeline.RunAsync(request.HttpContext);
        return TypedResults.Empty;
    }
}
