using System.Diagnostics;
using RoadSeg.Cli.Stack;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.LocalHost;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.Models;

namespace RoadSeg.Benchmarks.Start;

/// <summary>How long a worker process needs from its start to its first answer, held against an app of one HTTP function; and to its first result, held
/// against loading and running the model alone, in this process and warm. Both are published as the images publish the service, and also
/// compiled ahead.</summary>
internal static class WorkerStart
{
    private const int Rounds = 5;

    public static async Task RunAsync(CancellationToken cancel)
    {
        Console.WriteLine($"\n== start: from the start of the worker process, median of {Rounds} rounds that alternate");
        using var folder = new TempFolder();
        var (empty, service) = (Path.Combine(Workspace.Root, "tests", "RoadSeg.Benchmarks", "EmptyWorker"), Path.Combine(Workspace.Root, "functions"));
        var apps = new (string Name, string Folder, string Path)[]
        {
            ("empty app", await PublishAsync(empty, folder["empty"], compiled: false, cancel), "/hello"),
            ("empty app, compiled ahead", await PublishAsync(empty, folder["empty-compiled"], compiled: true, cancel), "/hello"),
            ("RoadSeg", await PublishAsync(service, folder["roadseg"], compiled: false, cancel), "/health/live"),
            ("RoadSeg, compiled ahead", await PublishAsync(service, folder["roadseg-compiled"], compiled: true, cancel), "/health/live"),
        };
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Workspace.NodeModules }, cancel);
        await LocalStack.ProvisionAsync(azurite.ConnectionString, cancel);
        var photo = await File.ReadAllBytesAsync(Workspace.SamplePhoto, cancel);
        var (answers, results, models) = (new Dictionary<string, List<double>>(), new Dictionary<string, List<double>>(), new List<double>());
        for (var round = 0; round <= Rounds; round++)
        {
            models.Add(LoadAndRun(photo));
            foreach (var (name, app, path) in apps)
            {
                var (answer, result) = await StartAsync(azurite.ConnectionString, app, path, path == "/hello" ? null : photo, cancel);
                Of(answers, name).Add(answer);
                if (result is { } one)
                    Of(results, name).Add(one);
            }
        }

        var baseline = Median(answers[apps[0].Name]);
        foreach (var (name, times) in answers)
            Console.WriteLine(FormattableString.Invariant($"  {name,-28} first answer {Median(times),6:F0} ms = {Median(times) / baseline:F2} of the empty app's; raw {Raw(times)}"));
        var floor = (1.3 * baseline) + Median(models);
        Console.WriteLine(FormattableString.Invariant($"  model alone, loaded and run once: {Median(models):F0} ms; raw {Raw(models)}"));
        foreach (var (name, times) in results)
            Console.WriteLine(FormattableString.Invariant($"  {name,-28} first result {Median(times),6:F0} ms = {Median(times) / floor:F2} of (1.3 empty apps + the model alone); raw {Raw(times)}"));
    }

    private static async Task<(double Answer, double? Result)> StartAsync(string storage, string app, string path, byte[]? photo, CancellationToken cancel)
    {
        await using var host = await FunctionsHost.StartAsync(
            new FunctionsHostOptions
            {
                ScriptRoot = app,
                Port = 0,
                Settings = new Dictionary<string, string> { ["AzureWebJobsStorage"] = storage, ["ROADSEG_MODEL"] = Workspace.DefaultModel },
            },
            cancel
        );
        using var worker = Process.GetProcessById(host.WorkerProcessId!.Value);
        using var api = new HttpClient { BaseAddress = host.BaseAddress };
        (await api.GetAsync(path, cancel)).EnsureSuccessStatusCode();
        var answer = (TimeProvider.System.GetLocalNow().DateTime - worker.StartTime).TotalMilliseconds;
        if (photo is null)
            return (answer, null);
        await Submission.AnswerAsync(api, photo, cancel);
        return (answer, (TimeProvider.System.GetLocalNow().DateTime - worker.StartTime).TotalMilliseconds);
    }

    private static double LoadAndRun(byte[] photo)
    {
        var started = Stopwatch.GetTimestamp();
        using var engine = SegmentationEngine.Load(ModelPackage.Load(Workspace.DefaultModel));
        _ = engine.SelfTest();
        var header = ImageProbe.Read(photo, ImageLimits.Default);
        engine.Segment(ImageDecoder.DecodeForModel(photo, header, engine.Model.Preprocess), header.OrientedWidth, header.OrientedHeight);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task<string> PublishAsync(string project, string folder, bool compiled, CancellationToken cancel)
    {
        string[] ahead = compiled ? ["-r", "linux-x64", "--self-contained", "false", "-p:PublishReadyToRun=true"] : [];
        var start = new ProcessStartInfo("dotnet", ["publish", project, "-c", "Release", "-p:DebugType=none", "-v", "q", "--nologo", "-o", folder, .. ahead])
        {
            RedirectStandardOutput = true,
        };
        using var publish = Process.Start(start)!;
        var said = await publish.StandardOutput.ReadToEndAsync(cancel);
        await publish.WaitForExitAsync(cancel);
        return publish.ExitCode == 0 ? folder : throw new InvalidOperationException($"{project} was not published: {said}");
    }

    private static List<double> Of(Dictionary<string, List<double>> all, string name) =>
        all.TryGetValue(name, out var times) ? times : all[name] = [];

    // The first round fills the disk's cache.
    private static double Median(List<double> times) => times.Skip(1).Order().ElementAt((times.Count - 1) / 2);

    private static string Raw(List<double> times) => string.Join(' ', times.Select(static time => FormattableString.Invariant($"{time:F0}")));
}
