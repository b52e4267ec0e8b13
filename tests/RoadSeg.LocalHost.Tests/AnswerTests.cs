using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Blobs;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;
using RoadSeg.LocalHost.Queues;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class AnswerTests(HelloApp hello) : IClassFixture<HelloApp>
{
    [Fact, Trait("Contract", "19")]
    public async Task Logs_are_written_in_order_and_outputs_and_return_value_passed()
    {
        var result = await ReadAsync("""{"Outputs":{"output1":"output1Value"},"Logs":["a","b"],"ReturnValue":"Hello return"}""");
        Assert.Equal(["a", "b"], result!.Logs);
        // The text happens to be base64, so only a binary binding keeps it.
        var outputs = Outputs.Collect(Function(Out("output1", BindingDataType.Binary), Out("$return")), result);
        Assert.Equal("output1Value", outputs["output1"]);
        Assert.Equal("Hello return", outputs["$return"]);
    }

    [Fact, Trait("Contract", "19")]
    public async Task User_logs_appear_under_the_function_in_order()
    {
        using var answer = await hello.GetAsync(new Answer { Body = """{"Logs":["first","second"]}""" });
        Assert.Equal(["first", "second"], hello.Logs.Lines.Where(l => l.Category == "Function.Hello.User").Select(l => l.Text));
    }

    [Theory, Trait("Contract", "19")]
    [InlineData("hello", false)]
    [InlineData("job-0001", false)]
    [InlineData("test", true)]
    [InlineData("abcd", true)]
    [InlineData("1234", true)]
    [InlineData("ABCDEFGH", true)]
    [InlineData("", true)]
    public async Task Text_that_decodes_as_base64_is_decoded_unless_the_binding_is_binary(string text, bool decoded)
    {
        var result = await ReadAsync(JObject.FromObject(new { Outputs = new { o = text } }).ToString());
        Assert.Equal(decoded ? (object)Convert.FromBase64String(text) : text, Outputs.Collect(Function(Out("o")), result!)["o"]);
        Assert.Equal(text, Outputs.Collect(Function(Out("o", BindingDataType.Binary)), result!)["o"]);
    }

    [Fact, Trait("Contract", "19")]
    public async Task Keys_of_outputs_are_case_sensitive_and_nulls_are_skipped()
    {
        var result = await ReadAsync("""{"outputs":{"A":"hello","b":null}}""");
        Assert.Empty(Outputs.Collect(Function(Out("a"), Out("b")), result!));
    }

    [Fact]
    public async Task A_return_object_without_a_return_binding_gives_its_members_to_the_outputs()
    {
        var result = await ReadAsync("""{"ReturnValue":{"a":"test","n":1}}""");
        var outputs = Outputs.Collect(Function(Out("a")), result!);
        Assert.Equal("test", outputs["a"]);
    }

    [Fact, Trait("Contract", "21")]
    public async Task A_status_other_than_2xx_fails_the_invocation()
    {
        using var answer = await hello.GetAsync(new Answer { Status = 400, Body = """{"Logs":["unseen"]}""" });
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        await hello.App.LoggedAsync("400 (Bad Request)");
        Assert.DoesNotContain("unseen", hello.Logs.ToString());
    }

    [Fact, Trait("Contract", "21")]
    public async Task Text_sent_as_json_fails_with_the_text_and_the_status_in_the_message()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync("Hello World"));
        Assert.Contains("Hello World", error.Message);
        Assert.Contains("StatusCode: 200", error.Message);
    }

    [Theory, Trait("Contract", "21")]
    [InlineData("text/plain")]
    [InlineData("application/problem+json")]
    [InlineData(null)]
    public async Task Other_media_types_fail_as_unsupported(string? mediaType)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync("{}", mediaType));
        Assert.StartsWith("Invalid HttpResponseMessage:", error.Message);
        Assert.IsType<UnsupportedMediaTypeException>(error.InnerException);
    }

    [Theory]
    [InlineData("text/json")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Both_json_media_types_are_read_in_any_charset(string mediaType) => Assert.NotNull(await ReadAsync("{}", mediaType));

    [Theory]
    [InlineData("""{"Logs":"one"}""")]
    [InlineData("""{"Logs":{"a":1}}""")]
    [InlineData("""{"Outputs":[]}""")]
    [InlineData("[]")]
    public async Task Members_of_the_wrong_kind_fail(string body) => await Assert.ThrowsAsync<InvalidOperationException>(() => ReadAsync(body));

    [Theory, Trait("Contract", "22")]
    [InlineData(200, "")]
    [InlineData(202, "")]
    [InlineData(204, "")]
    [InlineData(200, "null")]
    public async Task An_empty_answer_fails_at_once_with_a_message_that_says_what_to_do(int status, string body)
    {
        using var answer = await hello.GetAsync(new Answer { Status = status, Body = body });
        Assert.Equal(500, (int)answer.StatusCode);
        await hello.App.LoggedAsync($"The handler answered {status} without a result.");
    }

    [Fact, Trait("Contract", "22")]
    public async Task In_strict_mode_an_empty_answer_hangs_until_functionTimeout_and_the_handler_is_restarted_without_being_counted()
    {
        await using var app = new TestApp().Http("Hello").Answers("Hello", new Answer { Status = 202, Body = "" }, new Answer { Status = 202, Body = "" }, new Answer { Status = 202, Body = "" }, new Answer());
        app.HostJson["functionTimeout"] = "00:00:01";
        await app.StartAsync(o => o with { Strict = true });
        for (var start = 2; start <= 4; start++)
        {
            using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
            Assert.Equal(500, (int)answer.StatusCode);
            await Eventually.TrueAsync(() => app.Host.HandlerStartCount == start, $"start {start}");
        }
        using var last = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(200, (int)last.StatusCode);
        Assert.Contains("Timeout value of 00:00:01 exceeded by function 'Functions.Hello'", app.Logs.ToString());
    }

    [Fact]
    public void Queue_outputs_are_one_message_per_array_element_and_objects_are_indented()
    {
        Assert.Equal(["a", "b"], Texts(JArray.Parse("""["a","b"]"""), strict: false));
        Assert.Equal(["a", "True", "3"], Texts("""["a",true,3]""", strict: false));
        Assert.Equal(["{\n  \"a\": 1\n}"], Texts(JObject.Parse("""{"a":1}"""), strict: false));
        Assert.Equal(["True"], Texts(true, strict: false));
        Assert.Equal(["""{"a":1}"""], Texts("""{"a":1}""", strict: false));
        Assert.Equal(["{\n  \"a\": 1\n}"], Texts("""{"a":1}""", strict: true));
    }

    [Fact]
    public async Task An_iso_date_in_an_output_becomes_a_date_and_changes_its_text()
    {
        var result = await ReadAsync("""{"Outputs":{"o":"2026-03-01T10:00:00Z"}}""");
        Assert.Equal(["03/01/2026 10:00:00"], Texts(Outputs.Collect(Function(Out("o")), result!)["o"], strict: false));
    }

    [Fact]
    public void Blob_outputs_write_bytes_text_compact_json_and_little_endian_numbers()
    {
        Assert.Equal([1, 2], BlobBindings.Bytes(new byte[] { 1, 2 }));
        Assert.Equal("é"u8.ToArray(), BlobBindings.Bytes("é"));
        Assert.Equal("""{"a":[1]}"""u8.ToArray(), BlobBindings.Bytes(JObject.Parse("""{ "a": [ 1 ] }""")));
        Assert.Equal([3, 0, 0, 0], BlobBindings.Bytes(3L));
        Assert.Equal([1], BlobBindings.Bytes(true));
        Assert.Equal(BitConverter.GetBytes(0.5), BlobBindings.Bytes(0.5));
    }

    private static string[] Texts(object value, bool strict) => QueueOutput.Messages(value, strict).Select(System.Text.Encoding.UTF8.GetString).ToArray();

    private static Task<InvocationResult?> ReadAsync(string body, string? mediaType = "application/json")
    {
        var type = mediaType is null ? null : System.Net.Http.Headers.MediaTypeHeaderValue.Parse(mediaType);
        var encoding = type?.CharSet is { } charset ? System.Text.Encoding.GetEncoding(charset) : System.Text.Encoding.UTF8;
        var content = new ByteArrayContent(encoding.GetBytes(body));
        content.Headers.ContentType = type;
        return InvocationResult.ReadAsync(new HttpResponseMessage { Content = content });
    }

    private static BindingDefinition Out(string name, BindingDataType? dataType = null) => new(name, "queue", BindingDirection.Out, dataType, []);

    private static FunctionDefinition Function(params BindingDefinition[] outputs) =>
        new("Fn", [new BindingDefinition("job", "queueTrigger", BindingDirection.In, null, []), .. outputs], null, false);
}
