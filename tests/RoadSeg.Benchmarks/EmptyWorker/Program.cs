using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

FunctionsApplication.CreateBuilder(args).ConfigureFunctionsWebApplication().Build().Run();

namespace RoadSeg.EmptyWorker
{
    /// <summary>The one function.</summary>
    public static class Hello
    {
        [Function("Hello")]
        public static IActionResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hello")] HttpRequest request) =>
            new OkObjectResult($"Hello to {request.Path}.");
    }
}
