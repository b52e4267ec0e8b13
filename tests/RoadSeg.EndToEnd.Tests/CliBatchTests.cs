using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using RoadSeg.Batches;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The command over batches, against the running service.</summary>
public sealed class CliBatchTests(StackFixture stack)
{
    private static readonly string Cli = Path.Combine(AppContext.BaseDirectory, "RoadSeg.Cli.dll");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Server => stack.Stack.Address.ToString();

    [Fact]
    public async Task A_folder_becomes_a_batch_that_goes_on_where_it_was_interrupted_and_leaves_its_results_under_the_photos_names()
    {
        using var folder = new TempFolder();
        foreach (var (name, photo) in new[] { ("front/a.jpg", Photos.Street), ("front/A.png", TinyPackages.RedPhoto()), ("b.webp", Photos.Fixture("photo.webp")), ("bad.jpg", Photos.Street[..3000]) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder["drive/" + name])!);
            await File.WriteAllBytesAsync(folder["drive/" + name], photo, Cancel);
        }

        await File.WriteAllTextAsync(folder["drive/notes.txt"], "no photo", Cancel);
        await InterruptedAsync(folder["drive"]);

        var first = await CliTests.RunAsync(["batch", folder["drive"], "--server", Server, "--json"]);
        var again = await CliTests.RunAsync(["batch", folder["drive"], "--server", Server, "--json"]);

        Assert.Equal((1, 1), (first.Exit, again.Exit));
        var batch = JsonSerializer.Deserialize(first.Output, BatchJson.Default.BatchView)!;
        Assert.Equal(batch.Id, JsonSerializer.Deserialize(again.Output, BatchJson.Default.BatchView)!.Id);
        Assert.Equal((BatchState.Completed, 4, 3, 1), (batch.State, batch.Total, batch.Counts!.Succeeded, batch.Counts.Failed));
        Assert.Contains("bad.jpg: image-corrupt", first.Error, StringComparison.Ordinal);
        var results = Directory.EnumerateFiles(folder["drive-results"], "*.mask.png", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(folder["drive-results"], path)).ToList();
        Assert.Equal(3, results.Distinct(StringComparer.OrdinalIgnoreCase).Count());
        Assert.Contains("b.mask.png", results);
        Assert.Equal(2, results.Count(static path => path.StartsWith("front/", StringComparison.Ordinal)));
        Assert.Equal(5, (await File.ReadAllLinesAsync(folder["drive-results/manifest.csv"], Cancel)).Length);

        var archive = await CliTests.RunAsync(["batch", "archive", $"{batch.Id}", "--results", "mask", "overlay", "--out", folder["zips"], "--server", Server]);
        Assert.Equal(0, archive.Exit);
        using var zip = ZipFile.OpenRead(folder[$"zips/batch-{batch.Id}-1.zip"]);
        Assert.Equal(6, zip.Entries.Count);
        var failed = await CliTests.RunAsync(["batch", "items", $"{batch.Id}", "--state", "failed", "--server", Server]);
        Assert.Contains("bad.jpg  image-corrupt", failed.Output, StringComparison.Ordinal);
        Assert.Contains($"{batch.Id}", (await CliTests.RunAsync(["batch", "list", "--server", Server])).Output, StringComparison.Ordinal);
    }

    /// <summary>One such file kept the batch of all others from being made; and who was interrupted lost the photos that were on their way: their jobs
    /// had waited in vain, and stood for them.</summary>
    [Fact]
    public async Task What_cannot_be_read_is_left_out_and_what_was_awaited_in_vain_is_sent_again()
    {
        using var folder = new TempFolder();
        foreach (var name in (string[])["drive", "drive-results"])
            Directory.CreateDirectory(folder[name]);
        foreach (var name in (string[])["IMG-1.png", "IMG.JPG", "IMG.jpg"])
            await File.WriteAllBytesAsync(folder["drive/" + name], TinyPackages.RedPhoto(), Cancel);
        File.CreateSymbolicLink(folder["drive/gone.jpg"], "nowhere");
        await File.WriteAllBytesAsync(folder["drive/._IMG.jpg"], [1], Cancel);
        var key = Guid.NewGuid().ToString("N");
        await File.WriteAllTextAsync(folder["drive-results/roadseg-batch.txt"], $"roadseg batch {key}\n", Cancel);
        var about = new UploadRequest { FileName = "IMG.jpg", Tags = new Dictionary<string, string> { ["roadseg-batch"] = key } };
        var interrupted = key + Convert.ToHexStringLower(SHA256.HashData("IMG.jpg"u8).AsSpan(0, 16));
        var ticket = await stack.Stack.Client.IssueUploadKeyAsync(about, interrupted, Cancel);
        var expired = await new JobStore(stack.Stack.Blobs, stack.Stack.Queues, TimeProvider.System).TryMoveAsync(ticket.Id, JobState.Expired, static job => job, Cancel);
        Assert.True(expired.Done);

        var result = await CliTests.RunAsync(["batch", folder["drive"], "--server", Server, "--json"]);

        var batch = JsonSerializer.Deserialize(result.Output, BatchJson.Default.BatchView)!;
        Assert.Equal((1, 3, 3), (result.Exit, batch.Total, batch.Counts!.Succeeded));
        Assert.Contains("gone.jpg is left out: ", result.Error, StringComparison.Ordinal);

        // A name with a number may be another photo's own.
        var masks = Directory.EnumerateFiles(folder["drive-results"], "*.mask.png").Select(Path.GetFileName).ToList();
        Assert.Equal(3, masks.Count);
        Assert.Contains("IMG-1.mask.png", masks);

        // It is of no use to say of what was left out that it came later.
        var again = await CliTests.RunAsync(["batch", folder["drive"], "--server", Server, "--json"]);
        Assert.Equal(1, again.Exit);
        Assert.Contains("1 photos could not be sent and are not of this batch", again.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("came into the folder since", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_in_high_detail_says_first_how_often_the_model_runs_and_lists_its_photos_as_points_of_a_part_of_the_earth()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["drive"]);
        await File.WriteAllTextAsync(folder["drive/0.jpg"], "no photo", Cancel);
        await File.WriteAllBytesAsync(folder["drive/1.jpg"], Photos.JpegWithExif(Photos.Street, ExifBlock.Sydney().ToArray()), Cancel);
        await File.WriteAllBytesAsync(folder["drive/2.png"], TinyPackages.RedPhoto(), Cancel);

        var result = await CliTests.RunAsync(["batch", folder["drive"], "--detail", "high", "--server", Server, "--json"]);

        var runs = (await stack.Stack.Client.EstimateAsync(751, 563, JobDetail.High, cancel: Cancel)).Runs;
        Assert.Contains($"{runs * 3} runs for 3 photos, if all are of that size", result.Error, StringComparison.Ordinal);
        var batch = JsonSerializer.Deserialize(result.Output, BatchJson.Default.BatchView)!;
        var points = JsonSerializer.Deserialize(await ItemsAsync(batch, "--geojson"), JobJson.Default.JobFeatures)!;
        Assert.Equal("1.jpg", Assert.Single(points.Features).Properties.Name);
        Assert.Contains("1.jpg", await ItemsAsync(batch, "--bbox", "151,-34,152,-33"), StringComparison.Ordinal);
        Assert.DoesNotContain("2.png", await ItemsAsync(batch, "--bbox", "151,-34,152,-33"), StringComparison.Ordinal);
        Assert.Equal("", await ItemsAsync(batch, "--bbox", "5.9,45.8,10.5,47.8"));
    }

    [Fact]
    public async Task A_batch_is_made_of_the_photos_in_storage_that_a_file_names()
    {
        using var folder = new TempFolder();
        var drive = $"{Guid.NewGuid()}";
        foreach (var name in (string[])["a.png", "b.png"])
        {
            var blob = stack.Stack.Blobs.GetBlobContainerClient(Containers.Batches).GetBlobClient($"{drive}/{name}");
            await blob.UploadAsync(BinaryData.FromBytes(TinyPackages.RedPhoto()), Cancel);
        }

        await File.WriteAllTextAsync(folder["names.txt"], $"{drive}/b.png\r\n\n", Cancel);
        var started = await CliTests.RunAsync(["batch", "start", "--names", folder["names.txt"], "--server", Server, "--json"]);

        Assert.True(started.Exit == 0, started.ToString());
        var batch = JsonSerializer.Deserialize(started.Output, BatchJson.Default.BatchView)!;
        var ended = await stack.Stack.Client.WaitForBatchAsync(batch.Id, cancel: Cancel);
        Assert.Equal((1, 1), (ended.Total, ended.Counts!.Succeeded));
        Assert.Contains($"{drive}/b.png", await ItemsAsync(batch), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_photos_and_a_file_of_another_program_are_refused_by_name()
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["empty"]);
        var empty = await CliTests.RunAsync(["batch", folder["empty"], "--server", Server]);
        Assert.Equal(1, empty.Exit);
        Assert.Contains("has no photo", empty.Error, StringComparison.Ordinal);

        await File.WriteAllBytesAsync(folder["empty/a.png"], TinyPackages.RedPhoto(), Cancel);
        Directory.CreateDirectory(folder["empty-results"]);
        await File.WriteAllTextAsync(folder["empty-results/roadseg-batch.txt"], "something else\n", Cancel);
        var other = await CliTests.RunAsync(["batch", folder["empty"], "--server", Server]);
        Assert.Equal(1, other.Exit);
        Assert.Contains("is no file of a batch", other.Error, StringComparison.Ordinal);
    }

    private async Task<string> ItemsAsync(BatchView batch, params string[] options)
    {
        var result = await CliTests.RunAsync(["batch", "items", $"{batch.Id}", .. options, "--server", Server]);
        Assert.True(result.Exit == 0, result.ToString());
        return result.Output;
    }

    // Killed as soon as it has sent a photo, or earlier on a quick machine's luck: the next start must end the same.
    private async Task InterruptedAsync(string drive)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Cli, "batch", drive, "--server", Server]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var log = drive + "-results/roadseg-batch.txt";
        await Eventually.TrueAsync(() => process.HasExited || (File.Exists(log) && File.ReadAllText(log).Contains("sent", StringComparison.Ordinal)), "the first photo that was sent");
        process.Kill();
        await process.WaitForExitAsync(Cancel);
    }
}
