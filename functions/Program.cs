using Microsoft.Azure.Functions.Worker.Builder;
using RoadSeg.Functions.Hosting;
using RoadSeg.Startup;

IHost worker;
try
{
    var builder = FunctionsApplication.CreateBuilder(args).ConfigureFunctionsWebApplication();
    NativeLibraries.Load(builder.Configuration["ROADSEG_VIPS"] is { Length: > 0 } own ? own : null);
    builder.UseMiddleware<FailureLog>();
    builder.AddLogs();
    builder.AddTelemetry();
    builder.Services.AddRoadSeg(builder.Configuration);
    HostAddress.Require(builder.Configuration);
    worker = builder.Build();
}
catch (InvalidOperationException e)
{
    // A setting or a native library that cannot be used: the sentence says which and what to do, a stack trace would not.
    Console.Error.WriteLine(e.Message);
    return 1;
}

worker.Run();
return 0;
