using System.Text;
using Azure.Storage.Queues;
using Newtonsoft.Json.Linq;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class OutputBindingTests(AzuriteFixture azurite)
{
    [Fact, Trait("Contract", "19")]
    public async Task Queue_blob_and_return_outputs_are_written_where_their_templates_say()
    {
        var jobs = azurite.NewQueue();
        var container = azurite.NewContainer();
        var (outQueue, returnQueue) = (azurite.NewQueue(create: false), azurite.NewQueue(create: false));
        await using var app = TestApp.With(azurite).Function("Work", $$"""
            [{"type":"queueTrigger","name":"job","queueName":"{{jobs.Name}}"},
             {"type":"blob","direction":"out","name":"mask","path":"{{container.Name}}/{jobId}/{opts.model}.bin"},
             {"type":"blob","direction":"out","name":"report","path":"{{container.Name}}/{jobId}/report.json"},
             {"type":"queue","direction":"out","name":"next","queueName":"{{outQueue.Name}}"},
             {"type":"queue","direction":"out","name":"$return","queueName":"{{returnQueue.Name}}"},
             {"type":"queue","direction":"out","name":"unused","queueName":"{{Guid.NewGuid():N}}"}]
            """)
            .Answers("Work", new Answer { Body = """{"Outputs":{"mask":"AAEC/w==","report":{"a":[1]},"next":["first one","second one"]},"ReturnValue":"done, thanks"}""" });
        await app.StartAsync();
        await jobs.SendMessageAsync("""{"jobId":"j 1","opts":{"model":"s"}}""");

        Assert.Equal("done, thanks", await TextAsync(returnQueue));
        Assert.Equal(["first one", "second one"], new[] { await TextAsync(outQueue), await TextAsync(outQueue) }.Order());
        await app.LoggedAsync("Succeeded");
        Assert.Equal([0, 1, 2, 255], (await container.GetBlobClient("j 1/s.bin").DownloadContentAsync()).Value.Content.ToArray());
        Assert.Equal("""{"a":[1]}""", (await container.GetBlobClient("j 1/report.json").DownloadContentAsync()).Value.Content.ToString());
    }

    [Fact]
    public async Task A_template_without_a_value_fails_the_invocation()
    {
        var jobs = azurite.NewQueue();
        await using var app = TestApp.With(azurite).Function("Work", $$"""
            [{"type":"queueTrigger","name":"job","queueName":"{{jobs.Name}}"},{"type":"blob","direction":"out","name":"mask","path":"c/{jobId}"}]
            """).Answers("Work", new Answer { Body = """{"Outputs":{"mask":"hello you"}}""" });
        await app.StartAsync();
        await jobs.SendMessageAsync("no json");
        await app.LoggedAsync("No value for named parameter 'jobId'.");
    }

    [Theory]
    [InlineData("", "\"\\\"héllo\\\"\"")]
    [InlineData(",\"dataType\":\"binary\"", "\"aMOpbGxv\"")]
    public async Task A_blob_input_is_quoted_text_or_base64_and_a_missing_one_null(string dataType, string expected)
    {
        var jobs = azurite.NewQueue();
        var container = azurite.NewContainer();
        await container.GetBlobClient("there").UploadAsync(new BinaryData("héllo"));
        await using var app = TestApp.With(azurite).Function("Work", $$"""
            [{"type":"blob","name":"photo","path":"{{container.Name}}/{blob}"{{dataType}}},{"type":"queueTrigger","name":"job","queueName":"{{jobs.Name}}"}]
            """);
        app.Queues["batchSize"] = 1;
        await app.StartAsync();
        await jobs.SendMessageAsync("""{"blob":"there"}""");
        var first = JObject.Parse(Encoding.UTF8.GetString((await app.RequestsAsync(1, "Work"))[0].Body));
        Assert.Equal(["job", "photo"], ((JObject)first["Data"]!).Properties().Select(p => p.Name));
        Assert.Equal(expected, Newtonsoft.Json.JsonConvert.SerializeObject(first["Data"]!["photo"]));
        await jobs.SendMessageAsync("""{"blob":"not there"}""");
        Assert.Equal("null", (string?)JObject.Parse(Encoding.UTF8.GetString((await app.RequestsAsync(2, "Work"))[1].Body))["Data"]!["photo"]);
    }

    private static async Task<string> TextAsync(QueueClient queue)
    {
        var message = await Eventually.GetAsync(async () => await queue.ExistsAsync() ? (await queue.ReceiveMessageAsync()).Value : null, "an output message");
        await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
        return message.Body.ToString();
    }
}
