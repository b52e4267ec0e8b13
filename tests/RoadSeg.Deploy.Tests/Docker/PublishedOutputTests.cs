using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>What goes into the images runs with what the images have, and with nothing else of this machine.</summary>
public sealed class PublishedOutputTests(PublishedOutput published) : IClassFixture<PublishedOutput>
{
    /// <summary>Where this machine has what an image has in /usr/share/dotnet.</summary>
    private static readonly string Dotnet = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    [Fact]
    public void The_worker_is_laid_out_as_the_Functions_host_wants_it()
    {
        string[] needed =
        [
            "host.json", "worker.config.json", "functions.metadata", "extensions.json", ".azurefunctions/function.deps.json",
            "RoadSeg.Functions.dll", "RoadSeg.Functions.runtimeconfig.json",
            "models/default/manifest.json", "models/open/manifest.json", "wwwroot/index.html",
        ];
        Assert.Equal([], needed.Where(file => !File.Exists(Path.Combine(published.App, file))));

        // The host starts `dotnet RoadSeg.Functions.dll`.
        var worker = JsonNode.Parse(File.ReadAllText(Path.Combine(published.App, "worker.config.json")))!["description"]!;
        Assert.Equal(
            ["dotnet-isolated", "dotnet", "RoadSeg.Functions.dll"],
            ((string[])["language", "defaultExecutablePath", "defaultWorkerPath"]).Select(name => (string)worker[name]!));
        Assert.Equal(
            WorkerFunction.All,
            WorkerFunction.Read(Path.Combine(published.App, "functions.metadata")).OrderBy(function => function.Name, StringComparer.Ordinal));

        // Settings of a developer's machine stay there.
        Assert.False(File.Exists(Path.Combine(published.App, "local.settings.json")));
    }

    [Theory]
    [InlineData("functions")]
    [InlineData("functions-gpu")]
    [InlineData("local")]
    [InlineData("local-gpu")]
    [InlineData("trainer")]
    [InlineData("trainer-cuda")]
    public void Every_library_that_is_needed_comes_along_or_is_of_a_package_of_the_image(string target)
    {
        var packages = SystemLibraries.Of(Dockerfile.All.SelectMany(file => file.Targets).Single(stage => stage.Name == target));
        string[] folders = target switch
        {
            "trainer" or "trainer-cuda" => [published.Trainer],
            "local" or "local-gpu" => [published.App, published.LocalHost],
            _ => [published.App],
        };
        foreach (var file in folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)).Where(Elf.Is))
        {
            foreach (var (name, found) in SystemLibraries.Needed(file))
            {
                if (!folders.Any(folder => found?.StartsWith(folder, StringComparison.Ordinal) == true))
                {
                    Assert.True(
                        SystemLibraries.PackageOf(name) is { } package && packages.Contains(package),
                        $"{Path.GetFileName(file)} needs {name}, which no package of {target} brings.");
                }
            }
        }

        // The model's and the photos' libraries, or training's; and what .NET opens when the first connection is made.
        var libraries = folders.SelectMany(folder => Directory.EnumerateFiles(folder, "*.so*", SearchOption.AllDirectories)).Select(Path.GetFileName);
        string[] own = target.StartsWith("trainer", StringComparison.Ordinal) ? ["libtorch_cpu.so", "libLibTorchSharp.so"] : ["libonnxruntime.so"];
        Assert.Equal([], own.Except(libraries));
        Assert.Contains(SystemLibraries.PackageOf("libssl.so.3")!, packages);
        Assert.Contains("ca-certificates", packages);
    }

    [Theory]
    [InlineData("functions", "Microsoft.AspNetCore.App")]
    [InlineData("infra/local", "Microsoft.AspNetCore.App")]
    [InlineData("trainer", "Microsoft.NETCore.App")]
    public void Every_program_finds_its_framework_in_its_image(string project, string framework)
    {
        var folder = project switch { "functions" => published.App, "infra/local" => published.LocalHost, _ => published.Trainer };
        var options = JsonNode.Parse(File.ReadAllText(Directory.GetFiles(folder, "RoadSeg.*.runtimeconfig.json").Single()))!["runtimeOptions"]!;
        var asked = (options["frameworks"]?.AsArray() ?? [options["framework"]!.DeepClone()]).Select(one => (string)one!["name"]!).ToList();

        // `runtime` has .NET alone; the Functions image and `aspnet` have ASP.NET Core too.
        string[] there = framework == "Microsoft.NETCore.App" ? [framework] : ["Microsoft.AspNetCore.App", "Microsoft.NETCore.App"];
        Assert.Equal(there, asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_trainer_starts_from_an_empty_folder_with_an_empty_environment()
    {
        using var trainer = Start(Path.Combine(published.Trainer, "RoadSeg.Trainer"), ["--help"], []);
        var help = await trainer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await trainer.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, trainer.ExitCode);
        Assert.Contains("train", help, StringComparison.Ordinal);
    }

    /// <summary>The two services that plain <c>docker compose up</c> starts, as processes: the same programs, command lines and settings, on other ports.</summary>
    [Fact]
    public async Task Storage_and_app_of_the_compose_file_turn_a_dropped_photo_into_a_result()
    {
        var cancel = TestContext.Current.CancellationToken;
        var (storagePort, appPort, state) = (Loopback.FreePorts(3), Loopback.FreePort(), published.Empty());
        var program = Path.Combine(published.LocalHost, "RoadSeg.LocalHost");
        string Here(string word) => word switch
        {
            "/data" => Path.Combine(state, "data"),
            "/state" => state,
            "/home/site/wwwroot" => published.App,
            "/local/node_modules" => Tree.At("infra", "packages", "node_modules"),
            "/local/names.json" => Tree.At("infra", "names.json"),
            "10000" => $"{storagePort}",
            "7071" => $"{appPort}",
            _ => word,
        };

        var node = $"{Dotnet}:{Environment.GetEnvironmentVariable("PATH")}";
        using var storage = Start(program, ComposeTests.Command("storage").Select(Here), new() { ["PATH"] = node, ["HOME"] = state });
        try
        {
            // What UseDevelopmentStorage=true stands for, on this port.
            string? line;
            do
                line = await storage.StandardOutput.ReadLineAsync(cancel);
            while (line?.StartsWith("AzureWebJobsStorage=", StringComparison.Ordinal) == false);
            var connection = line!["AzureWebJobsStorage=".Length..];
            _ = storage.StandardOutput.ReadToEndAsync(cancel);

            var settings = ComposeTests.Environment("app").ToDictionary(pair => pair.Key, pair => pair.Value.StartsWith("${", StringComparison.Ordinal) ? pair.Value.Contains(":-0", StringComparison.Ordinal) ? "0" : "" : pair.Value);
            Assert.Equal("UseDevelopmentStorage=true", settings["AzureWebJobsStorage"]);
            settings["AzureWebJobsStorage"] = connection;
            settings["PATH"] = $"{Dotnet}:/usr/bin:/bin";
            settings["HOME"] = state;
            using var app = Start(program, ComposeTests.Command("app").Select(Here), settings);
            _ = app.StandardOutput.ReadToEndAsync(cancel);
            try
            {
                using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{appPort}") };
                Assert.Equal("live", await EventuallyAsync(http, "/health/live"));
                await CheckHealthAsync(appPort);
                using var noKey = await http.GetAsync(new Uri("/v1/jobs", UriKind.Relative), cancel);
                Assert.Equal(HttpStatusCode.Unauthorized, noKey.StatusCode);

                var path = "cam1/" + Guid.NewGuid().ToString("N") + ".jpg";
                var blobs = new Azure.Storage.Blobs.BlobServiceClient(connection);
                var stored = await blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Uploads).GetBlobClient(path).UploadAsync(Tree.At("samples", "street.jpg"), cancel);
                var id = RoadSeg.Work.WorkId.ForDrop(RoadSeg.Storage.Containers.Uploads, path, stored.Value.ETag.ToString());

                var record = blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Jobs).GetBlobClient(RoadSeg.Storage.BlobPaths.Job(id));
                await Eventually.GetAsync(
                    async () => await record.ExistsAsync(cancel) ? (await record.DownloadContentAsync(cancel)).Value.Content.ToString() : null,
                    "the result of the dropped photo", job => job.Contains("\"succeeded\"", StringComparison.Ordinal), TimeSpan.FromMinutes(5));

                // Keys lie in the state volume, as docs/deploy.md says.
                var keys = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(state, "keys.json"), cancel))!;
                http.DefaultRequestHeaders.Add("x-functions-key", (string)keys["host"]!["default"]!);
                using var photo = new ByteArrayContent(await File.ReadAllBytesAsync(Tree.At("samples", "street.jpg"), cancel));
                photo.Headers.ContentType = new("image/jpeg");
                using var submitted = await http.PostAsync(new Uri("/v1/jobs", UriKind.Relative), photo, cancel);
                Assert.Equal(HttpStatusCode.Accepted, submitted.StatusCode);
            }
            finally
            {
                await StopAsync(app);
            }
        }
        finally
        {
            await StopAsync(storage);
        }
    }

    // The image's own health check.
    private async Task CheckHealthAsync(int port)
    {
        var local = Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == "local");
        var words = local.Of("HEALTHCHECK").Single().Words!;
        var command = words[2].Replace("/7071", $"/{port}", StringComparison.Ordinal);
        foreach (var (path, healthy) in ((string, bool)[])[("/health/live", true), ("/nothing/of/the/sort", false)])
        {
            string[] asking = ["bash", "-c", command.Replace("/health/live", path, StringComparison.Ordinal)];
            using var check = Start("/usr/bin/env", asking, new() { ["PATH"] = "/usr/bin:/bin" });
            await check.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(healthy, check.ExitCode == 0);
        }
    }

    // With what the image has: .NET, and nothing else of this machine.
    private Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = published.Empty(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        start.Environment["DOTNET_ROOT"] = Dotnet;
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }

    // As Docker stops a container: the program ends what it started.
    private static async Task StopAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(3));
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Task<string> EventuallyAsync(HttpClient http, string path) => Eventually.GetAsync(
        async () =>
        {
            try
            {
                return await http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        },
        $"an answer to {path}", limit: TimeSpan.FromMinutes(3));
}
