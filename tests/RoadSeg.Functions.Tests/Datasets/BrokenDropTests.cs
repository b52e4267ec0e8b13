using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Functions.Datasets;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Datasets;

/// <summary>Drops that went wrong on their way in: each says what happened, and at once.</summary>
[Collection("dropped data sets")]
public sealed class BrokenDropTests(DropStorage own) : IDisposable
{
    private readonly TestDrops _drops = new(own.Storage);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _drops.Dispose();

    // Zips of 0 and 9 bytes ended five deliveries with an exception, and then as attempts-exhausted, "try again".
    [Theory]
    [InlineData(0)]
    [InlineData(9)]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(30)]
    [InlineData(5000)]
    public async Task An_archive_that_was_cut_short_is_refused_at_its_first_delivery(int bytes)
    {
        var head = new byte[bytes];
        "PK\u0003\u0004"u8[..Math.Min(4, bytes)].CopyTo(head);

        await _drops.RunAsync(await _drops.DropBytesAsync("set.zip", head), "m1");

        var set = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, "dataset-archive-refused", false), (set.State, set.Failure?.Code, set.Failure?.Retryable));
        Assert.Contains("again", set.Failure!.Message, StringComparison.Ordinal);
    }

    // The record said "checking" for all of five deliveries, and then that the log says why.
    [Fact]
    public async Task A_delivery_that_failed_and_will_come_again_is_told_by_the_record_and_by_the_failure_that_ends_it()
    {
        var created = await _drops.DropAsync(3);
        var (blobs, faults) = StorageFaults.BlobsOf(own.Storage);
        faults.Fails = (method, path) => method == "GET" && path.EndsWith(".png", StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(() => _drops.Ingest(blobs: blobs).RunAsync(TestDrops.Message(created, "m1"), Cancel));
        var waiting = await _drops.RecordAsync();
        await _drops.Poison.RunAsync(TestDrops.Message(created, "p1"), Cancel);
        var given = await _drops.RecordAsync();
        await _drops.RunAsync(await _drops.DropAsync(3), "m2");

        Assert.Equal((DatasetState.Checking, "storage-unavailable"), (waiting.State, waiting.Setback?.Error));
        Assert.Contains("did not answer", waiting.Setback!.Message, StringComparison.Ordinal);
        Assert.Equal(waiting.Setback, DatasetView.Of(waiting).Setback);
        Assert.Equal((DatasetState.Failed, "attempts-exhausted", null), (given.State, given.Failure?.Code, given.Setback));
        Assert.Contains("storage-unavailable", given.Failure!.Message, StringComparison.Ordinal);
        Assert.Equal((DatasetState.Ready, null), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Setback));
    }

    [Fact]
    public async Task A_delivery_that_stopped_on_something_unforeseen_says_what_and_the_next_one_goes_on()
    {
        var created = await _drops.DropAsync(3);
        var (blobs, faults) = StorageFaults.BlobsOf(own.Storage);
        faults.Fails = static (method, path) => method == "PUT" && path.Contains("curated", StringComparison.Ordinal);

        await Assert.ThrowsAnyAsync<Exception>(() => _drops.Ingest(blobs: blobs).RunAsync(TestDrops.Message(created, "m1"), Cancel));
        var waiting = await _drops.RecordAsync();
        await _drops.RunAsync(created, "m1");

        Assert.Contains("The storage does not answer", waiting.Setback?.Message, StringComparison.Ordinal);
        Assert.Equal((DatasetState.Ready, null), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Setback));
    }

    // Such a drop vanished: 404, no entry in the list, no line in the log.
    [Theory]
    [InlineData("MCaps", "mcaps")]
    [InlineData("my set (1)", "my-set-1")]
    [InlineData("-x", "as 'x'")]
    public async Task A_drop_into_a_folder_that_breaks_the_rule_for_names_is_seen_as_failed_with_the_rule(string folder, string says)
    {
        await _drops.Datasets.GetBlobClient(BlobPaths.DatasetSpec(folder)).UploadAsync(BinaryData.FromString("{}"), overwrite: true, Cancel);
        var drop = (await _drops.Claim.CurrentAsync(folder, Cancel))!;

        await _drops.RunAsync(BlobCreatedEvent.For(Containers.Datasets, BlobPaths.DatasetSpec(folder), drop, 2), "m1");

        var set = (await _drops.Store.FindAsync(folder, Cancel))!.Value;
        Assert.Equal((DatasetState.Failed, "dataset-invalid"), (set.State, set.Failure?.Code));
        Assert.Contains("1 to 63 of a-z, 0-9 and '-'", set.Failure!.Message, StringComparison.Ordinal);
        Assert.Contains(says, set.Failure.Message, StringComparison.Ordinal);
        Assert.Contains(folder, await _drops.Store.NamesAsync(Cancel).ToListAsync(Cancel));
        Assert.Equal($"/v1/datasets/{Uri.EscapeDataString(folder)}/report", DatasetView.Of(set).Links["report"]);
    }

    // With dataset.json first the check found nothing and said that the set was empty, while its files were on their way.
    [Fact]
    public async Task A_description_that_came_first_fails_with_what_to_do_and_the_files_behind_it_are_seen()
    {
        var folder = _drops.Write(3, 11);
        await _drops.RunAsync(await _drops.DescribeAsync(DatasetSpecJson.Serialize(_drops.Spec(null))), "m1");
        var empty = await _drops.RecordAsync();
        await _drops.SendLateAsync(folder, Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories));

        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);

        Assert.Equal((DatasetState.Failed, "dataset-empty", null), (empty.State, empty.Failure?.Code, empty.Late));
        Assert.Contains("dataset.json once more", empty.Failure!.Message, StringComparison.Ordinal);
        var seen = await _drops.RecordAsync();
        Assert.Equal((DatasetState.Failed, 6), (seen.State, seen.Late?.Files));
        Assert.Contains("write dataset.json once more", DatasetView.Of(seen).Late!.Message, StringComparison.Ordinal);
    }

    // Half a set became "ready", and nothing said that the other half had come behind dataset.json.
    [Fact]
    public async Task Files_that_arrived_after_the_description_stand_in_the_report_and_the_next_drop_is_whole()
    {
        var folder = _drops.Write(6, 11);
        HashSet<string> late = [.. Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Where(file => Path.GetFileName(file)[0] is '3' or '4' or '5')];
        foreach (var file in Directory.GetFiles(folder, "*.png", SearchOption.AllDirectories).Except(late))
            await _drops.Datasets.GetBlobClient($"{_drops.Name}/{Path.GetRelativePath(folder, file)}").UploadAsync(file, overwrite: true, Cancel);
        var created = await _drops.DescribeAsync(DatasetSpecJson.Serialize(_drops.Spec(null)));
        await _drops.SendLateAsync(folder, late);

        await _drops.RunAsync(created, "m1");
        var set = await _drops.RecordAsync();
        var notes = (await _drops.ReportAsync(set.Version!)).Notes;
        await _drops.RunAsync(await _drops.DescribeAsync(DatasetSpecJson.Serialize(_drops.Spec(null))), "m2");
        var whole = await _drops.RecordAsync();

        Assert.Equal((DatasetState.Ready, 6), (set.State, set.Late?.Files));
        Assert.Contains(notes, note => note.Contains("6 files arrived after dataset.json", StringComparison.Ordinal) && note.Contains("once more", StringComparison.Ordinal));
        Assert.Equal((DatasetState.Ready, null), (whole.State, whole.Late));
        Assert.DoesNotContain((await _drops.ReportAsync(whole.Version!)).Notes, note => note.Contains("arrived after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_that_arrive_when_the_check_is_over_are_said_by_the_set_that_is_ready()
    {
        await _drops.RunAsync(await _drops.DropAsync(3), "m1");
        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);
        var before = await _drops.RecordAsync();
        var folder = _drops.Write(5, 11);
        await _drops.SendLateAsync(folder, Directory.GetFiles(folder, "4_a.png", SearchOption.AllDirectories));

        await _drops.Sweep(TimeProvider.System, TimeSpan.Zero).RunAsync(Cancel);

        Assert.Equal((DatasetState.Ready, null), (before.State, before.Late));
        Assert.Equal((DatasetState.Ready, 2), ((await _drops.RecordAsync()).State, (await _drops.RecordAsync()).Late?.Files));
    }
}
