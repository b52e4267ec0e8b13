using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Docker;

public sealed partial class DockerfileTests
{
    public static TheoryData<string> Files => [.. Dockerfile.All.Select(file => file.Path)];

    public static TheoryData<string, string> Targets => [.. Dockerfile.All.SelectMany(file => file.Targets.Select(target => (file.Path, target.Name)))];

    [Fact]
    public void There_is_an_image_for_each_way_to_run()
    {
        Assert.Equal(["functions", "local", "functions-gpu", "local-gpu"], Dockerfile.Of("infra/docker/functions.Dockerfile").Targets.Select(target => target.Name));
        Assert.Equal(["trainer", "trainer-cuda"], Dockerfile.Of("infra/docker/trainer.Dockerfile").Targets.Select(target => target.Name));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_builder_that_builds_all_stages_above_its_target_needs_no_cuda_for_the_cpu(string path)
    {
        var stages = Dockerfile.Of(path).Stages.Select(stage => stage.Name).ToList();
        var lastOfCpu = stages.FindLastIndex(name => Dockerfile.Of(path).Targets.Any(target => target.Name == name) && !OfCuda(name));

        Assert.DoesNotContain(stages.Take(lastOfCpu), OfCuda);

        static bool OfCuda(string name) => name.EndsWith("-gpu", StringComparison.Ordinal) || name.EndsWith("-cuda", StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_that_is_copied_from_the_checkout_is_there_and_is_sent_to_the_builder(string path)
    {
        foreach (var copy in Dockerfile.Of(path).Instructions.Where(instruction => instruction.Keyword is "COPY" or "ADD" && instruction.Flag("from") is null))
            Assert.All(copy.Plain.SkipLast(1).Where(source => source != "."), source => Assert.True(Context.Has(source), $"{path} copies {source}, which is not in the context."));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Everything_that_is_copied_from_a_stage_or_an_image_has_such_a_stage_or_a_pinned_image(string path)
    {
        var file = Dockerfile.Of(path);
        foreach (var copy in file.Instructions.Where(instruction => instruction is { Keyword: "COPY" } && instruction.Flag("from") is not null))
            Assert.Contains(file.Stages, stage => stage.Name == copy.Flag("from"));

        // What a stage takes out of the checkout as it lay in /src, and is not made there.
        foreach (var source in file.Instructions.Where(instruction => instruction.Keyword == "COPY").SelectMany(copy => copy.Plain.SkipLast(1)).Where(source => source.StartsWith("/src/", StringComparison.Ordinal) && !source.EndsWith("node_modules", StringComparison.Ordinal)))
            Assert.True(Context.Has(source["/src/".Length..]), $"{path} copies {source}, which is not in the context.");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_path_of_the_checkout_that_a_build_step_names_is_sent_to_the_builder(string path)
    {
        var steps = Dockerfile.Of(path).Stages.Where(stage => stage.Name.StartsWith("build", StringComparison.Ordinal)).SelectMany(stage => stage.Own).Where(instruction => instruction.Keyword == "RUN");
        var named = steps.SelectMany(step => CheckoutPath().Matches(step.Arguments)).Select(match => match.Groups[1].Value.TrimEnd('/', '.'))
            .Where(name => !name.Contains("node_modules", StringComparison.Ordinal) && !name.EndsWith("/bin", StringComparison.Ordinal) && !name.EndsWith("/obj", StringComparison.Ordinal) && name != "functions/wwwroot")
            .ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(named);
        Assert.All(named, name => Assert.True(Context.Has(name), $"{path} names {name}, which is not in the context."));
    }

    [Fact]
    public void Every_source_that_a_published_program_is_built_from_is_sent_to_the_builder()
    {
        var sources = Tree.Files.Where(file => Source().IsMatch(file)).ToList();

        Assert.True(sources.Count > 200, "The sources are elsewhere.");
        Assert.All(sources, file => Assert.True(Context.HasFile(file), $".dockerignore keeps {file} away."));
        Assert.All(["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "BannedSymbols.txt", "global.json"], file => Assert.True(Context.HasFile(file), file));
    }

    [Fact]
    public void What_is_private_or_large_is_not_sent_to_the_builder()
    {
        var sent = Tree.Files.Where(Context.HasFile).ToList();

        Assert.DoesNotContain(sent, file => ((string[])["tests/", "docs/", "clients/", ".git"]).Any(folder => file.StartsWith(folder, StringComparison.Ordinal)));
        Assert.InRange(sent.Sum(file => new FileInfo(Tree.At(file)).Length), 1, 64L << 20);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_image_is_named_with_a_version(string path)
    {
        var file = Dockerfile.Of(path);
        foreach (var stage in file.Stages.Where(stage => stage.Parent is null))
            Assert.True(PinnedImages.IsPinned(stage.Base), $"{path}: {stage.Base} has no version.");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_variable_that_is_set_is_read_by_something(string path)
    {
        foreach (var (name, _) in Dockerfile.Of(path).Instructions.Where(instruction => instruction.Keyword == "ENV").SelectMany(instruction => instruction.Pairs))
            Assert.True(Settings.Means(name), $"{path} sets {name}, which nothing reads.");
    }

    [Theory]
    [InlineData("functions")]
    [InlineData("functions-gpu")]
    public void The_official_host_is_process_one_and_finds_the_worker(string target)
    {
        var stage = Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == target);
        var environment = stage.Of("ENV").SelectMany(env => env.Pairs).ToDictionary();

        // Below a shell it would not hear of SIGTERM, and drain nothing.
        Assert.Equal(["/azure-functions-host/Microsoft.Azure.WebJobs.Script.WebHost"], stage.Of("ENTRYPOINT").Last().Words!);
        Assert.Equal("dotnet-isolated", environment["FUNCTIONS_WORKER_RUNTIME"]);
        Assert.Equal(stage.Of("WORKDIR").Last().Arguments, environment["AzureWebJobsScriptRoot"]);
        Assert.Contains(stage.Of("COPY"), copy => copy.Flag("from") is "build" or "build-gpu" && copy.Plain.SequenceEqual(["/app", "."]));
        Assert.Equal($"http://+:{stage.Of("EXPOSE").Single().Arguments}", environment["ASPNETCORE_URLS"]);

        // The image brings it, or it is copied out of it together with the runtime that runs the worker.
        const string Official = "mcr.microsoft.com/azure-functions/dotnet-isolated:4-dotnet-isolated10.0";
        Assert.Equal(Official, Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(one => one.Name == "functions-host").Base);
        var copied = stage.Of("COPY").Where(copy => copy.Flag("from") == "functions-host").Select(copy => copy.Plain[^1]);
        Assert.Equal(stage.Image == Official ? [] : ["/azure-functions-host", "/usr/share/dotnet"], copied.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("functions")]
    [InlineData("functions-gpu")]
    public void The_functions_host_may_write_where_it_is_told_of_changed_keys(string target)
    {
        var stage = Dockerfile.Of("infra/docker/functions.Dockerfile").Stages.Single(stage => stage.Name == target);
        var folder = stage.Of("ENV").SelectMany(env => env.Pairs).ToDictionary()["FUNCTIONS_SECRETS_PATH"];

        // It makes the folder itself, and fails every request that shows a key where it cannot: its own files are root's.
        var own = stage.Of("RUN").Select(run => Regex.Match(run.Arguments, "install -d -o 1654 -g 1654 (.+)$")).Single(match => match.Success);
        Assert.Contains(Path.GetDirectoryName(folder), own.Groups[1].Value.Split(' '));
        Assert.Equal("1654:1654", stage.Of("USER").Last().Arguments);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_runs_as_nobody_in_particular_with_its_program_as_process_one(string path, string target)
    {
        var stage = Dockerfile.Of(path).Stages.Single(stage => stage.Name == target);

        Assert.Matches("^[1-9][0-9]*:[1-9][0-9]*$", stage.Of("USER").Last().Arguments);
        Assert.NotNull(stage.Of("ENTRYPOINT").Last().Words);
        Assert.All(stage.Of("CMD"), command => Assert.NotNull(command.Words));
        Assert.Equal("USER", stage.Own.Last(instruction => instruction.Keyword is "USER" or "COPY" or "RUN").Keyword);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_checks_its_health_with_what_its_image_has(string path, string target)
    {
        var words = Dockerfile.Of(path).Stages.Single(stage => stage.Name == target).Of("HEALTHCHECK").Single().Words;

        Assert.NotNull(words);
        Assert.Equal(["bash", "-c"], words.Take(2));
        Assert.DoesNotContain("curl", words[2], StringComparison.Ordinal);
        Assert.DoesNotContain("wget", words[2], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_says_what_it_is(string path, string target)
    {
        var labels = Dockerfile.Of(path).Stages.Single(stage => stage.Name == target).Own.Where(instruction => instruction.Keyword == "LABEL").SelectMany(label => label.Pairs).ToDictionary();

        Assert.Equal("roadseg-" + target, labels["org.opencontainers.image.title"]);
        Assert.Equal("MIT", labels["org.opencontainers.image.licenses"]);
        Assert.NotEmpty(labels["org.opencontainers.image.description"]);
    }

    /// <summary>The images for GPUs had no ffmpeg: every video failed there.</summary>
    [Fact]
    public void Every_image_of_the_functions_reads_videos_and_HEIC()
    {
        foreach (var stage in Dockerfile.Of("infra/docker/functions.Dockerfile").Targets)
        {
            var installed = stage.Of("RUN").SelectMany(run => run.Arguments.Split(' ', ';')).ToHashSet();
            Assert.True(installed.Contains("ffmpeg"), $"{stage.Name} has no ffmpeg.");
            Assert.True(installed.Contains("libheif-plugin-libde265") && installed.Any(word => word.StartsWith("libvips42", StringComparison.Ordinal)), stage.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void A_target_installs_no_more_than_it_names_and_leaves_no_package_lists(string path, string target)
    {
        foreach (var run in Dockerfile.Of(path).Stages.Single(stage => stage.Name == target).Of("RUN").Where(run => run.Arguments.Contains("apt-get install", StringComparison.Ordinal)))
        {
            Assert.Contains("--no-install-recommends", run.Arguments, StringComparison.Ordinal);
            Assert.Contains("rm -rf /var/lib/apt/lists/*", run.Arguments, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Nothing_is_downloaded_but_by_those_who_check_what_comes()
    {
        var instructions = Dockerfile.All.SelectMany(file => file.Instructions).ToList();

        // apt, npm and NuGet know a hash or a signature of each package.
        Assert.DoesNotContain(instructions, instruction => instruction.Keyword == "ADD");
        var runs = instructions.Where(instruction => instruction.Keyword == "RUN").Select(run => run.Arguments).ToList();
        Assert.All(runs, run => Assert.DoesNotMatch(@"\b(curl|wget)\b", run));
        Assert.All(runs.Where(run => run.Contains("npm ", StringComparison.Ordinal)), run => Assert.Contains("npm ci --ignore-scripts", run, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"(?<![\w/.-])((?:functions|shared|trainer|infra|models|samples|cli)(?:/[\w.-]+)*/?\.?)(?=\s|$|/)")]
    private static partial Regex CheckoutPath();

    [GeneratedRegex(@"^(functions|shared|trainer|infra/local|infra/packages)/.*\.(cs|csproj|props|targets|json|onnx|proto|txt|ts|css|html|mjs|svg)$|^models/(default|open)/")]
    private static partial Regex Source();
}

/// <summary>Images are named by a version. A digest may stand behind it, which the dependency bot then keeps current; by itself it adds none.</summary>
internal static partial class PinnedImages
{
    public static bool IsPinned(string image) => Version().IsMatch(image);

    [GeneratedRegex(@"^[a-z0-9.\-/]+:(?!latest)[\w.\-]*\d[\w.\-]*(@sha256:[0-9a-f]{64})?$")]
    private static partial Regex Version();
}
