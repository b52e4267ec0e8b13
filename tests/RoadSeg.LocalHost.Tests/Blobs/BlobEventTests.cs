using System.Text;
using System.Text.Json;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Azure.Storage.Queues;
using Azure.Storage.Sas;
using RoadSeg.LocalHost.Blobs;

namespace RoadSeg.LocalHost.Tests;

public sealed class BlobEventTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private BlobContainerClient _uploads = null!;
    private QueueClient _queue = null!;
    private BlobEvents _events = null!;

    public async ValueTask InitializeAsync()
    {
        _uploads = azurite.NewContainer();
        _queue = azurite.NewQueue(create: false);
        _events = await BlobEvents.StartAsync(azurite.Process, [new BlobEventSubscription(_uploads.Name, _queue.Name)]);
    }

    public async ValueTask DisposeAsync() => await _events.DisposeAsync();

    [Fact]
    public async Task An_upload_becomes_an_event_grid_message_in_raw_json()
    {
        var blob = _uploads.GetBlobClient("cam1/a.jpg");
        var uploaded = (await blob.UploadAsync(new BinaryData("12345"), new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "image/jpeg" } })).Value;
        var text = await NextAsync();
        Assert.StartsWith("{\"topic\":", text);
        var sent = JsonDocument.Parse(text).RootElement;
        Assert.Equal($"/blobServices/default/containers/{_uploads.Name}/blobs/cam1/a.jpg", sent.GetProperty("subject").GetString());
        Assert.Equal("Microsoft.Storage.BlobCreated", sent.GetProperty("eventType").GetString());
        Assert.True(Guid.TryParse(sent.GetProperty("id").GetString(), out _));
        Assert.True(sent.GetProperty("eventTime").TryGetDateTimeOffset(out _));
        Assert.Equal("", sent.GetProperty("dataVersion").GetString());
        Assert.Equal("1", sent.GetProperty("metadataVersion").GetString());
        var data = sent.GetProperty("data");
        Assert.Equal("PutBlob", data.GetProperty("api").GetString());
        Assert.Equal(uploaded.ETag.ToString().Trim('"'), data.GetProperty("eTag").GetString());
        Assert.Equal("image/jpeg", data.GetProperty("contentType").GetString());
        Assert.Equal(5, data.GetProperty("contentLength").GetInt64());
        Assert.Equal("BlockBlob", data.GetProperty("blobType").GetString());
        Assert.Equal(blob.Uri.AbsoluteUri, data.GetProperty("url").GetString());
        Assert.Matches("^[0-9a-f]{32}$", data.GetProperty("sequencer").GetString());
    }

    [Fact]
    public async Task A_subscription_with_a_suffix_gets_the_events_of_those_names_only()
    {
        var (container, queue) = (azurite.NewContainer(), azurite.NewQueue(create: false));
        await using var events = await BlobEvents.StartAsync(azurite.Process, [new(container.Name, queue.Name, "/dataset.json")]);
        await container.GetBlobClient("city/images/1.png").UploadAsync(new BinaryData("x"));
        await container.GetBlobClient("city/old-dataset.json").UploadAsync(new BinaryData("x"));
        await container.GetBlobClient("city/dataset.json").UploadAsync(new BinaryData("x"));

        var sent = await Eventually.GetAsync(async () => (await queue.ReceiveMessageAsync()).Value, "the description's event");
        Assert.EndsWith("/blobs/city/dataset.json", JsonDocument.Parse(sent.MessageText).RootElement.GetProperty("subject").GetString());

        // Stopping sends what was seen, and the description was the last to be written.
        await events.DisposeAsync();
        Assert.Null((await queue.ReceiveMessageAsync()).Value);
    }

    [Theory]
    [InlineData("a b é漢 ü.jpg")]
    [InlineData("100%25 & q?x=1#z+.txt")]
    [InlineData("deep/er/../name")]
    [InlineData("quote\"and\\back.png")]
    public async Task Any_name_survives_in_subject_and_url(string name)
    {
        var blob = _uploads.GetBlobClient(name);
        await blob.UploadAsync(new BinaryData("x"));
        var sent = JsonDocument.Parse(await NextAsync()).RootElement;
        var subject = sent.GetProperty("subject").GetString()!;
        var got = subject[(subject.IndexOf("/blobs/", StringComparison.Ordinal) + 7)..];
        // The URL parser of the client resolves dot segments before they are sent.
        Assert.Equal(Uri.UnescapeDataString(new BlobUriBuilder(blob.Uri).ToUri().AbsolutePath.Split('/', 4)[3]), got);
        var url = new BlobUriBuilder(new Uri(sent.GetProperty("data").GetProperty("url").GetString()!));
        Assert.Equal("x", (await _uploads.GetBlobClient(url.BlobName).DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task A_block_list_is_one_event_when_committed_and_none_before()
    {
        var blob = _uploads.GetBlockBlobClient("large.bin");
        string[] ids = [Id(1), Id(2)];
        foreach (var id in ids) await blob.StageBlockAsync(id, new MemoryStream(new byte[1000]));
        await MarkerOnlyAsync();
        await blob.CommitBlockListAsync(ids);
        var data = JsonDocument.Parse(await NextAsync()).RootElement.GetProperty("data");
        Assert.Equal("PutBlockList", data.GetProperty("api").GetString());
        Assert.Equal(2000, data.GetProperty("contentLength").GetInt64());
        await MarkerOnlyAsync();

        static string Id(int n) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{n:d4}"));
    }

    [Fact]
    public async Task A_copy_is_an_event_of_its_own_kind()
    {
        var source = azurite.NewContainer().GetBlobClient("source");
        await source.UploadAsync(new BinaryData("copied"));
        await (await _uploads.GetBlobClient("copy").StartCopyFromUriAsync(source.Uri)).WaitForCompletionAsync();
        var sent = JsonDocument.Parse(await NextAsync()).RootElement;
        Assert.Equal("CopyBlob", sent.GetProperty("data").GetProperty("api").GetString());
        Assert.Equal(6, sent.GetProperty("data").GetProperty("contentLength").GetInt64());
        Assert.EndsWith("/blobs/copy", sent.GetProperty("subject").GetString());
    }

    [Fact]
    public async Task An_overwrite_is_a_second_event_with_a_new_etag_and_a_later_sequencer()
    {
        var blob = _uploads.GetBlobClient("same");
        await blob.UploadAsync(new BinaryData("1"));
        var first = JsonDocument.Parse(await NextAsync()).RootElement.GetProperty("data");
        await blob.UploadAsync(new BinaryData("22"), overwrite: true);
        var second = JsonDocument.Parse(await NextAsync()).RootElement.GetProperty("data");
        Assert.NotEqual(first.GetProperty("eTag").GetString(), second.GetProperty("eTag").GetString());
        Assert.True(string.CompareOrdinal(first.GetProperty("sequencer").GetString(), second.GetProperty("sequencer").GetString()) < 0);
    }

    [Fact]
    public async Task An_upload_with_a_shared_access_signature_is_an_event_and_the_signature_is_not_in_it()
    {
        var sas = _uploads.GetBlobClient("from a phone.jpg").GenerateSasUri(BlobSasPermissions.Create | BlobSasPermissions.Write, TimeProvider.System.GetUtcNow().AddMinutes(5));
        await new BlobClient(sas).UploadAsync(new BinaryData("x"));
        var text = await NextAsync();
        Assert.Contains("/blobs/from a phone.jpg", text);
        Assert.DoesNotContain("sig=", text);
    }

    [Fact]
    public async Task A_blob_that_is_deleted_at_once_still_has_its_event()
    {
        var blob = _uploads.GetBlobClient("gone");
        await blob.UploadAsync(new BinaryData("x"));
        await blob.DeleteAsync();
        var data = JsonDocument.Parse(await NextAsync()).RootElement.GetProperty("data");
        // Seen before or after the delete: either way it is told.
        Assert.True(data.GetProperty("eTag").GetString() is "" or ['0', 'x', ..]);
        Assert.Equal(blob.Uri.AbsoluteUri, data.GetProperty("url").GetString());
    }

    [Fact]
    public async Task Everything_else_that_happens_to_a_blob_is_no_event()
    {
        var blob = _uploads.GetBlockBlobClient("b");
        await blob.UploadAsync(new MemoryStream([1]));
        await NextAsync();
        await blob.SetMetadataAsync(new Dictionary<string, string> { ["a"] = "b" });
        await blob.SetHttpHeadersAsync(new BlobHttpHeaders { ContentType = "a/b" });
        await blob.SetTagsAsync(new Dictionary<string, string> { ["a"] = "b" });
        await blob.SetAccessTierAsync(AccessTier.Cool);
        await blob.CreateSnapshotAsync();
        var lease = blob.GetBlobLeaseClient();
        await lease.AcquireAsync(TimeSpan.FromSeconds(15));
        await lease.ReleaseAsync();
        await Assert.ThrowsAsync<Azure.RequestFailedException>(() => _uploads.GetBlobClient("b").UploadAsync(new BinaryData("conflict")));
        await azurite.NewContainer().GetBlobClient("elsewhere").UploadAsync(new BinaryData("x"));
        await _uploads.GetBlobClient("b").DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots);
        await MarkerOnlyAsync();
    }

    [Fact]
    public async Task Many_uploads_at_once_lose_none()
    {
        var names = Enumerable.Range(0, 100).Select(n => $"n{n:d3}").ToArray();
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (name, cancel) => await _uploads.GetBlobClient(name).UploadAsync(new BinaryData(name), cancel));
        var seen = new List<string>();
        await Eventually.TrueAsync(async () =>
        {
            foreach (var message in (await _queue.ReceiveMessagesAsync(32)).Value)
            {
                seen.Add(JsonDocument.Parse(message.Body).RootElement.GetProperty("subject").GetString()!.Split('/')[^1]);
                await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
            }
            return seen.Count >= names.Length;
        }, "all events");
        Assert.Equal(names, seen.Order());
    }

    [Fact]
    public async Task Two_queues_may_watch_one_container_and_a_deleted_queue_is_made_again()
    {
        var (first, second) = (azurite.NewQueue(create: false), azurite.NewQueue(create: false));
        var container = azurite.NewContainer();
        await using var events = await BlobEvents.StartAsync(azurite.Process, [new(container.Name, first.Name), new(container.Name, second.Name)]);
        await second.DeleteAsync();
        await container.GetBlobClient("x").UploadAsync(new BinaryData("x"));
        await Eventually.GetAsync(async () => (await first.PeekMessageAsync()).Value, "the first queue's event");
        await Eventually.TrueAsync(async () => await second.ExistsAsync() && (await second.PeekMessageAsync()).Value is not null, "the second queue's event");
    }

    [Theory]
    [InlineData("127.0.0.1 - - [22/Nov/2026:13:48:35 +0000] \"PUT /devstoreaccount1/c/dir/a%20b HTTP/1.1\" 201 -", "c", "dir/a b", "PutBlob")]
    [InlineData("::1 - - [22/Nov/2026:13:48:35 +0000] \"PUT /devstoreaccount1/c/n?sv=1&sig=a%2Bb HTTP/1.1\" 201 -", "c", "n", "PutBlob")]
    [InlineData("127.0.0.1 - - [22/Nov/2026:13:48:35 +0000] \"PUT /devstoreaccount1/c/n?timeout=9&comp=blocklist HTTP/1.1\" 201 -", "c", "n", "PutBlockList")]
    [InlineData("127.0.0.1 - - [22/Nov/2026:13:48:35 +0000] \"PUT /devstoreaccount1/c/n HTTP/1.1\" 202 -", "c", "n", "CopyBlob")]
    public void A_line_of_the_access_log_is_read(string line, string container, string name, string api) => Assert.Equal(new BlobWrite(container, name, api), BlobWrite.Parse(line));

    [Theory]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/c?restype=container HTTP/1.1\" 201 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/c/n?comp=block&blockid=x HTTP/1.1\" 201 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/c/n?comp=snapshot HTTP/1.1\" 201 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/c/n?comp=lease HTTP/1.1\" 201 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/c/n HTTP/1.1\" 409 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /another/c/n HTTP/1.1\" 201 -")]
    [InlineData("127.0.0.1 - - [d] \"GET /devstoreaccount1/c/n HTTP/1.1\" 200 -")]
    [InlineData("127.0.0.1 - - [d] \"PUT /devstoreaccount1/q/messages/id?popreceipt=x&visibilitytimeout=0 HTTP/1.1\" 204 -")]
    [InlineData("127.0.0.1 - - [d] \"POST /devstoreaccount1/q/messages HTTP/1.1\" 201 -")]
    [InlineData("Azurite Blob service is closing...")]
    public void Other_lines_are_none(string line) => Assert.Null(BlobWrite.Parse(line));

    /// <summary>The text of the next event, removed from the queue.</summary>
    private async Task<string> NextAsync()
    {
        var message = await Eventually.GetAsync(async () => (await _queue.ReceiveMessageAsync()).Value, "an event");
        await _queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return message.Body.ToString();
    }

    /// <summary>A later upload's event comes next: nothing before it made one.</summary>
    private async Task MarkerOnlyAsync()
    {
        var name = $"marker-{Guid.NewGuid():N}";
        await _uploads.GetBlobClient(name).UploadAsync(new BinaryData("x"));
        Assert.Contains(name, await NextAsync());
        Assert.Null((await _queue.PeekMessageAsync()).Value);
    }
}
