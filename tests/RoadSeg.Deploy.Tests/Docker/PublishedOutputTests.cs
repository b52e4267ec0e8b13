using System.Diagnostics;
using System.IO.Compression;
using System.Net;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>What goes into the images runs with what the images have, and with nothing else of this machine.</summary>
public sealed class PublishedOutputTests(PublishedOutput published) : IClassFixture<PublishedOutput>
{
    /// <summary>Loaded only when .NET is told to trace with LTTng.</summary>
    private const string Tracing = "libcoreclrtraceptprovider.so";

    [Theory]
    [InlineData("infra/docker/functions.Dockerfile", "functions")]
    [InlineData("infra/docker/functions.Dockerfile", "functions-gpu")]
    [InlineData("infra/docker/functions.Dockerfile", "local")]
    [InlineData("infra/docker/functions.Dockerfile", "local-gpu")]
    [InlineData("infra/docker/trainer.Dockerfile", "trainer")]
    [InlineData("infra/docker/trainer.Dockerfile", "trainer-cuda")]
    public void Every_library_that_is_needed_comes_along_or_is_of_a_package_of_the_image(string path, string target)
    {
        var packages = SystemLibraries.Of(Dockerfile.Of(path).Stages.Single(stage => stage.Name == target));
        string[] folders = target.StartsWith("trainer", StringComparison.Ordinal) ? [published.Trainer] : target.StartsWith("local", StringComparison.Ordinal) ? [published.App, published.LocalHost] : [published.App];
        foreach (var folder in folders)
        {
            var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(IsElf).Where(file => Path.GetFileName(file) != Tracing).ToList();
            Assert.True(files.Count > 10, $"{folder} holds no self-contained program.");
            foreach (var file in files)
            {
                foreach (var (name, found) in SystemLibraries.Needed(file))
                {
                    if (found?.StartsWith(folder, StringComparison.Ordinal) != true)
                        Assert.True(SystemLibraries.PackageOf(name) is { } package && packages.Contains(package), $"{Path.GetFileName(file)} needs {name}, which no package of {target} brings.");
                }
            }
        }

        // .NET opens it when the first connection is made.
        Assert.Contains(SystemLibraries.PackageOf("libssl.so.3")!, packages);
        Assert.Contains("ca-certificates", packages);
    }

    [Fact]
    public void The_shim_finds_the_libtorch_that_the_trainers_image_installs()
    {
        var shim = Tree.At("artifacts", "torch", "libroadseg_torch.so");
        Skip.Unless(File.Exists(shim), "The shim is not built: trainer/torch/native/build.");
        var packages = SystemLibraries.Of(Dockerfile.Of("infra/docker/trainer.Dockerfile").Stages.Single(stage => stage.Name == "trainer"));

        var needed = SystemLibraries.Needed(shim);

        Assert.All(needed, library => Assert.NotNull(library.Path));
        var torch = needed.Where(library => library.Name.StartsWith("libtorch", StringComparison.Ordinal) || library.Name.StartsWith("libc10", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(torch);
        Assert.All(torch, library => Assert.True(SystemLibraries.PackageOf(library.Name) is { } package && packages.Contains(package), library.Name));
    }

    [Fact]
    public void The_gpu_images_have_the_cuda_and_the_cudnn_that_onnx_runtime_was_built_for()
    {
        var package = Tree.At("infra", "packages", "feed", $"Microsoft.ML.OnnxRuntime.Gpu.{Version("Microsoft.ML.OnnxRuntime.Gpu")}.nupkg");
        Assert.SkipUnless(File.Exists(package), "The GPU package is not packed: infra/packages/build-feed --gpu.");
        var folder = published.Empty();
        using (var archive = ZipFile.OpenRead(package))
        {
            foreach (var entry in archive.Entries.Where(entry => entry.FullName.StartsWith("runtimes/linux-x64/native/", StringComparison.Ordinal)))
                entry.ExtractToFile(Path.Combine(folder, entry.Name));
        }

        var image = Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == "functions-gpu").Image;
        var missing = SystemLibraries.Needed(Path.Combine(folder, "libonnxruntime_providers_cuda.so")).Where(library => library.Path is null && SystemLibraries.PackageOf(library.Name) is null).Select(library => library.Name).ToList();

        // CUDA's own libraries carry its version, but for the two that count for themselves.
        Assert.All(missing, name => Assert.Matches(@"^lib(cudart|cublas|cublasLt|nvrtc|nvJitLink)\.so\.13$|^libcudnn\w*\.so\.9$|^lib(curand\.so\.10|cufft\.so\.12)$|^libcuda\.so\.1$", name));
        Assert.Matches(@"^nvidia/cuda:13\.[\d.]+-cudnn-runtime-", image);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage=AccountName=nobody;AccountKey=bm9ib2R5;BlobEndpoint=http://127.0.0.1:1/nobody;QueueEndpoint=http://127.0.0.1:1/nobody")]
    [InlineData("AzureWebJobsStorage__accountName=nobody")]
    public async Task The_handler_answers_from_an_empty_folder_with_an_empty_environment(string storage)
    {
        var port = Loopback.FreePort();
        var health = Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == "functions").Of("HEALTHCHECK").Single().Words!;
        using var handler = Start(Path.Combine(published.App, "RoadSeg.Functions"), [], new()
        {
            ["FUNCTIONS_CUSTOMHANDLER_PORT"] = $"{port}",
            [storage.Split('=', 2)[0]] = storage.Split('=', 2)[1],
        });
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            Assert.Equal("live", await EventuallyAsync(http, "/health/live"));

            // The model beside the program loads; storage is not there, and readiness says so.
            string ready;
            do
            {
                using var answer = await http.GetAsync(new Uri("/health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                ready = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            }
            while (ready.Contains("\"loading\"", StringComparison.Ordinal));
            Assert.Contains(" on cpu", ready, StringComparison.Ordinal);

            using var check = Start("/usr/bin/env", ["bash", "-c", health[2].Replace("/8080", $"/{port}", StringComparison.Ordinal)], new() { ["PATH"] = "/usr/bin:/bin" });
            await check.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, check.ExitCode);
            using var wrong = Start("/usr/bin/env", ["bash", "-c", health[2].Replace("/8080", $"/{port}", StringComparison.Ordinal).Replace("/health/live", "/nothing", StringComparison.Ordinal)], new() { ["PATH"] = "/usr/bin:/bin" });
            await wrong.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, wrong.ExitCode);
        }
        finally
        {
            handler.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public async Task The_trainer_starts_from_an_empty_folder_with_an_empty_environment()
    {
        using var trainer = Start(Path.Combine(published.Trainer, "RoadSeg.Trainer"), ["--help"], []);
        var help = await trainer.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await trainer.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, trainer.ExitCode);
        Assert.Contains("train", help, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(published.Trainer, "recipes", "smoke.json")));
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

        using var storage = Start(program, ComposeTests.Command("storage").Select(Here), new() { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = state });
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
            settings["FUNCTIONS_WORKER_RUNTIME"] = "custom";
            using var app = Start(program, ComposeTests.Command("app").Select(Here), settings);
            _ = app.StandardOutput.ReadToEndAsync(cancel);
            try
            {
                using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{appPort}") };
                Assert.Equal("live", await EventuallyAsync(http, "/health/live"));
                using var noKey = await http.GetAsync(new Uri("/v1/jobs", UriKind.Relative), cancel);
                Assert.Equal(HttpStatusCode.Unauthorized, noKey.StatusCode);

                var path = "cam1/" + Guid.NewGuid().ToString("N") + ".jpg";
                var blobs = new Azure.Storage.Blobs.BlobServiceClient(connection);
                var stored = await blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Uploads).GetBlobClient(path).UploadAsync(Tree.At("samples", "street.jpg"), cancel);
                var id = RoadSeg.Jobs.JobId.ForDrop(RoadSeg.Storage.Containers.Uploads, path, stored.Value.ETag.ToString());

                var record = blobs.GetBlobContainerClient(RoadSeg.Storage.Containers.Jobs).GetBlobClient(RoadSeg.Storage.BlobPaths.Job(id));
                var patience = Stopwatch.StartNew();
                while (!await record.ExistsAsync(cancel) || !(await record.DownloadContentAsync(cancel)).Value.Content.ToString().Contains("\"succeeded\"", StringComparison.Ordinal))
                {
                    Assert.True(patience.Elapsed < TimeSpan.FromMinutes(5), "The dropped photo did not become a result.");
                    await Task.Delay(100, cancel);
                }

                // Keys lie in the state volume, as docs/deploy.md says.
                var keys = System.Text.Json.Nodes.JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(state, "keys.json"), cancel))!;
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

    private Process Start(string program, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = published.Empty(), RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        if (program.EndsWith("RoadSeg.Functions", StringComparison.Ordinal))
        {
            process.OutputDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
        }

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

    private static async Task<string> EventuallyAsync(HttpClient http, string path)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            }
            catch (HttpRequestException) when (patience.Elapsed < TimeSpan.FromMinutes(3))
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }
        }
    }

    private static string Version(string package) =>
        System.Text.RegularExpressions.Regex.Match(Tree.Read("Directory.Packages.props"), $"Include=\"{package}\" Version=\"([^\"]+)\"").Groups[1].Value;

    private static bool IsElf(string file)
    {
        using var content = File.OpenRead(file);
        Span<byte> start = stackalloc byte[4];
        return content.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("\u007fELF"u8);
    }
}

/// <summary>A missing part skips a test on a developer's machine and fails it in CI.</summary>
internal static class Skip
{
    public static void Unless(bool there, string reason)
    {
        if (!there && Environment.GetEnvironmentVariable("CI") == "true")
            Assert.Fail(reason);
        Assert.SkipUnless(there, reason);
    }
}
