using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Azure.Storage.Blobs.Models;
using RoadSeg.Cli.Stack;
using RoadSeg.Client;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Storage;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A data team's way: copy a set into storage, read its report. What the API answers about sets is asked in memory (RoadSeg.Functions.Tests).</summary>
public sealed class DatasetTests(StackFixture stack)
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "RoadSeg.Cli.dll");

    private readonly string _name = $"set-{Guid.NewGuid():N}"[..20];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private RoadSegClient Client => stack.Stack.Client;

    [Fact]
    public async Task A_set_copied_into_storage_is_checked_by_itself_and_its_report_is_read_in_the_api_and_as_a_page()
    {
        using var folder = new TempFolder();
        var sent = await PushAsync(PaintedSet.Write(folder.Path, 12));

        var set = await Client.WaitForDatasetAsync(_name, sent.Drop, TimeSpan.FromMinutes(2), null, Cancel);

        Assert.Equal((DatasetState.Ready, null), (set.State, set.Failure));
        Assert.Contains(await Client.ListDatasetsAsync(Cancel), listed => listed.Name == _name && listed.Version == set.Version);
        var report = await Client.GetDatasetReportAsync(_name, null, Cancel);
        Assert.Equal((12L, set.Version), (report.Usable, report.Version));
        Assert.Equal(set.Version, (await Client.GetDatasetReportAsync(_name, set.Version, Cancel)).Version);

        using var page = await stack.Api.GetAsync(new Uri(set.Links["page"], UriKind.Relative), Cancel);
        Assert.Equal("text/html", page.Content.Headers.ContentType!.MediaType);
        Assert.Equal("default-src 'none'; img-src data:; style-src 'unsafe-inline'; sandbox", Assert.Single(page.Headers.GetValues("Content-Security-Policy")));
        Assert.Contains("data:image/jpeg;base64,", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        using var known = new HttpRequestMessage(HttpMethod.Get, set.Links["page"]) { Headers = { IfNoneMatch = { page.Headers.ETag! } } };
        using var unchanged = await stack.Api.SendAsync(known, Cancel);
        Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
    }

    [Fact]
    public async Task A_worker_killed_while_it_checks_a_set_is_followed_by_one_that_ends_it()
    {
        using var folder = new TempFolder();
        await using var own = await LocalStack.StartAsync(new LocalStackOptions(), Cancel);
        var spec = Spec() with { Train = JsonDocument.Parse("{}").RootElement };
        var sent = await new DatasetPush(own.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(PaintedSet.Write(folder.Path, 300), spec, null, Cancel);
        var store = new DatasetStore(own.Blobs, TimeProvider.System);
        await Eventually.TrueAsync(
            async () => (await store.FindAsync(_name, Cancel))?.Value.State == DatasetState.Checking, "the start of the check");

        using (var handler = Process.GetProcessById(own.WorkerProcessId))
            handler.Kill();
        var killed = (await store.FindAsync(_name, Cancel))!.Value;

        // From storage: the host answers 500 while it has no handler.
        var set = await Eventually.GetAsync(
            async () => (await store.FindAsync(_name, Cancel))?.Value, "the end of the check", set => set.FinishedAt is not null, TimeSpan.FromMinutes(5));
        Assert.Equal((DatasetState.Checking, DatasetState.Ready, sent.Drop), (killed.State, set.State, set.Drop));
        Assert.Single(set.Versions);
        Assert.Equal(300, (await own.Client.GetDatasetReportAsync(_name, null, Cancel)).Usable);
        var runs = new List<string>();
        await foreach (var blob in own.Blobs.GetBlobContainerClient(Containers.Trainings).GetBlobsAsync(BlobTraits.None, BlobStates.None, null, Cancel))
            runs.Add(blob.Name);
        Assert.Equal([BlobPaths.Training(set.Training!.Value)], runs.Where(path => !path.StartsWith(BlobPaths.IndexedTrainings, StringComparison.Ordinal)));
        Assert.Single(runs, path => path.StartsWith(BlobPaths.IndexedTrainings, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Push_with_wait_follows_the_check_and_ends_with_the_report_and_show_and_list_know_the_set()
    {
        using var folder = new TempFolder();
        var set = PaintedSet.Write(folder.Path, 8);
        string[] server = ["--server", stack.Stack.Address.ToString()];

        var pushed = await RunAsync(["dataset", "push", set, "--layout", "camvid", "--name", _name, "--size", "16x16", "--connection", stack.Stack.ConnectionString, "--wait", .. server]);
        var shown = await RunAsync(["dataset", "show", _name, .. server]);
        var listed = await RunAsync(["dataset", "list", "--json", .. server]);

        var version = (await Client.GetDatasetAsync(_name, Cancel)).Version!;
        Assert.True(pushed.Exit == 0, pushed.Output);
        Assert.Contains("8 of 8 pairs usable", pushed.Output, StringComparison.Ordinal);
        Assert.Contains($"Curated: version {version}", pushed.Output, StringComparison.Ordinal);
        Assert.True(shown.Exit == 0, shown.Output);
        Assert.Contains(version, shown.Output, StringComparison.Ordinal);
        Assert.Contains("8 of 8 pairs usable", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"\"name\":\"{_name}\"", listed.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_set_curated_elsewhere_is_pushed_as_it_is_and_can_be_trained_on()
    {
        using var folder = new TempFolder();
        var set = PaintedSet.Write(folder.Path, 8);
        var curated = await RunAsync(["dataset", "curate", set, "--layout", "camvid", "--name", _name, "--size", "16x16", "--out", Path.Combine(folder.Path, "curated")]);
        Assert.True(curated.Exit == 0, curated.Output);
        var version = Path.GetFileName(Directory.GetDirectories(Path.Combine(folder.Path, "curated", _name)).Single());

        var pushed = await RunAsync(["dataset", "push", Path.Combine(folder.Path, "curated", _name, version), "--connection", stack.Stack.ConnectionString]);

        Assert.True(pushed.Exit == 0, pushed.Output);
        var view = await Client.GetDatasetAsync(_name, Cancel);
        Assert.Equal((DatasetState.Ready, version), (view.State, view.Version));
        Assert.Equal(8, (await Client.GetDatasetReportAsync(_name, version, Cancel)).Usable);
        Assert.True(await stack.Stack.Blobs.GetBlobContainerClient(Containers.Curated).GetBlobClient(BlobPaths.Curated(_name, version, "manifest.json")).ExistsAsync(Cancel));
    }

    [Fact]
    public async Task Check_report_and_the_hugging_face_export_say_on_the_command_line_what_was_found_and_strict_makes_it_an_exit_code()
    {
        using var folder = new TempFolder();
        string Below(string path) => Path.Combine(folder.Path, path);
        string[] set = [PaintedSet.Write(folder.Path, 8), "--layout", "camvid", "--name", _name, "--size", "16x16"];

        var clean = await RunAsync(["dataset", "check", .. set, "--strict"]);
        File.WriteAllText(Path.Combine(set[0], "train", "9_a.png"), "no picture");
        File.Copy(Path.Combine(set[0], "trainannot", "0_a.png"), Path.Combine(set[0], "trainannot", "9_a.png"));
        var found = await RunAsync(["dataset", "check", .. set, "--out", Below("found")]);
        var strict = await RunAsync(["dataset", "check", .. set, "--strict", "--json"]);
        var report = await RunAsync(["dataset", "report", .. set, "--out", Below("report")]);
        var curated = await RunAsync(["dataset", "curate", .. set, "--out", Below("curated"), "--huggingface", Below("export")]);
        var version = Directory.GetDirectories(Below($"curated/{_name}")).Single();
        var again = await RunAsync(["dataset", "report", version, "--json"]);
        var readBack = await RunAsync(["dataset", "check", Below("export"), "--layout", "huggingface", "--strict", "--json"]);
        Directory.Delete(Path.Combine(set[0], "trainannot"), recursive: true);
        var unusable = await RunAsync(["dataset", "check", .. set]);

        Assert.True(clean.Exit == 0, clean.Output);
        Assert.True(found.Exit == 0, found.Output);
        Assert.Contains("skipped 1 image unreadable", found.Output, StringComparison.Ordinal);
        Assert.Contains("The layout brings no val", found.Output, StringComparison.Ordinal);
        Assert.Equal(2, strict.Exit);
        Assert.Equal((9L, 8L, "train/9_a.png"), (Report(strict.Output).Pairs, Report(strict.Output).Usable, Report(strict.Output).Faults.Single().Examples.Single().File));
        foreach (var (run, at) in new[] { (found, "found"), (report, "report") })
        {
            Assert.True(run.Exit == 0, run.Output);
            Assert.Contains(Path.Combine(Below(at), "report.html"), run.Output.ReplaceLineEndings(""), StringComparison.Ordinal);
            Assert.Equal(["faults.jsonl", "report.html", "report.json"], Directory.GetFiles(Below(at)).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }

        Assert.True(curated.Exit == 0, curated.Output);
        Assert.Equal((0, Path.GetFileName(version)), (again.Exit, Report(again.Output).Version));
        Assert.True(readBack.Exit == 0, readBack.Output);
        Assert.Equal(Report(again.Output).Splits.Select(split => (split.Split, split.Images)), Report(readBack.Output).Splits.Select(split => (split.Split, split.Images)));
        Assert.Equal(Report(again.Output).Classes.Select(label => label.Name), Report(readBack.Output).Classes.Select(label => label.Name));
        Assert.Equal(1, unusable.Exit);
        Assert.Contains("dataset-invalid", unusable.Output, StringComparison.Ordinal);

        static DatasetReport Report(string json) => DatasetReport.FromJson(System.Text.Encoding.UTF8.GetBytes(json));
    }

    private DatasetSpec Spec() => new() { Name = _name, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1) };

    private Task<PushedDataset> PushAsync(string folder) =>
        new DatasetPush(stack.Stack.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(folder, Spec(), null, Cancel);

    private static async Task<(int Exit, string Output)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", Cli, .. arguments])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(Cancel);
        var output = await process.StandardOutput.ReadToEndAsync(Cancel);
        await process.WaitForExitAsync(Cancel);
        return (process.ExitCode, output + await error);
    }
}
