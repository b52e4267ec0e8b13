using System.Net.Http.Headers;
using System.Text;
using Newtonsoft.Json.Linq;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class JsonFormTests(AzuriteFixture azurite, HelloApp hello) : IClassFixture<HelloApp>
{
    private const string WithQueue = """
        [{"type":"httpTrigger","name":"req","authLevel":"anonymous","route":"items/{category}/{id?}"},
         {"type":"http","direction":"out","name":"res"},{"type":"queue","direction":"out","name":"out","queueName":"QUEUE"}]
        """;

    [Fact, Trait("Contract", "16"), Trait("Contract", "7")]
    public async Task A_function_with_an_extra_output_gets_the_json_form_even_with_forwarding_on()
    {
        await using var app = Items();
        app.CustomHandler["enableForwardingHttpRequest"] = true;
        app.CustomHandler["enableProxyingHttpRequest"] = true;
        await app.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Put, "/api/items/books?a=1&a=2&code=secret") { Content = new StringContent("""{"k":"v","list":[1]}""", Encoding.UTF8, "application/json") };
        request.Headers.Add("X-Two", ["one", "two"]);
        using var answer = await app.Client.SendAsync(request);
        Assert.Equal(200, (int)answer.StatusCode);

        var invocation = Assert.Single(await app.RequestsAsync(1, "Items"));
        Assert.Equal("POST", invocation.Method);
        Assert.Equal("/Items", invocation.Target);
        Assert.Equal(["application/json; charset=utf-8"], invocation.Headers["Content-Type"]);
        Assert.Equal(["chunked"], invocation.Headers["Transfer-Encoding"]);
        Assert.False(invocation.Headers.ContainsKey("Content-Length"));
        Assert.Equal(["Azure-Functions-Host/4.1037.0.0"], invocation.Headers["User-Agent"]);
        Assert.Equal(["4.1037.0.0"], invocation.Headers["X-Azure-Functions-HostVersion"]);
        Assert.True(Guid.TryParse(invocation.Headers["X-Azure-Functions-InvocationId"][0], out var id));
        await app.LoggedAsync($"Id={id}");

        var json = JObject.Parse(Encoding.UTF8.GetString(invocation.Body));
        Assert.Equal(["Data", "Metadata"], Names(json));
        var req = (JObject)json["Data"]!["req"]!;
        Assert.Equal(["Url", "Method", "Query", "Headers", "Params", "Identities", "Body"], Names(req));
        Assert.Equal($"{app.Host.BaseAddress}api/items/books?a=1&a=2&code=secret", (string?)req["Url"]);
        Assert.Equal("PUT", (string?)req["Method"]);
        Assert.Equal("1,2", (string?)req["Query"]!["a"]);
        Assert.Equal(["one, two"], req["Headers"]!["X-Two"]!.Values<string>());
        Assert.Equal("books", (string?)req["Params"]!["category"]);
        Assert.Equal("""{"k":"v","list":[1]}""", (string?)req["Body"]);
        Assert.Equal(["k", "a", "category", "Query", "Headers", "sys"], Names((JObject)json["Metadata"]!));
        Assert.Equal("\"v\"", (string?)json["Metadata"]!["k"]);
    }

    [Theory, Trait("Contract", "16")]
    [InlineData("application/octet-stream", "/9j/4AAQ")]
    [InlineData("multipart/form-data; boundary=x", "/9j/4AAQ")]
    [InlineData("image/jpeg", "\uFFFD\uFFFD\uFFFD\uFFFD\u0000\u0010")]
    [InlineData("application/json", "\uFFFD\uFFFD\uFFFD\uFFFD\u0000\u0010")]
    public async Task Only_octet_and_multipart_bodies_survive_others_become_utf8_text(string contentType, string expected)
    {
        await using var app = await Items().StartAsync();
        using var content = new ByteArrayContent([0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10]);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var answer = await app.Client.PostAsync(new Uri("/api/items/x/y", UriKind.Relative), content);
        Assert.Equal(expected, (string?)JObject.Parse(Encoding.UTF8.GetString((await app.RequestsAsync(1, "Items"))[0].Body))["Data"]!["req"]!["Body"]);
    }

    [Fact, Trait("Contract", "16")]
    public async Task A_request_without_a_body_has_none()
    {
        await using var app = await Items().StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/items/x", UriKind.Relative));
        var json = JObject.Parse(Encoding.UTF8.GetString((await app.RequestsAsync(1, "Items"))[0].Body));
        Assert.Null(json["Data"]!["req"]!["Body"]);
    }

    [Theory, Trait("Contract", "23")]
    [InlineData("""{"statusCode":"204"}""", 204, "", null)]
    [InlineData("""{}""", 200, "", null)]
    [InlineData("""{"body":"hello"}""", 200, "hello", null)]
    [InlineData("""{"body":"hello","statusCode":"300"}""", 300, "hello", null)]
    [InlineData("""{"body":"hello","status":418}""", 418, "hello", null)]
    [InlineData("""{"BODY":"foobar","StatusCode":301,"headers":{"header1":"header1Value","header2":"header2Value"}}""", 301, "foobar", "header1Value")]
    [InlineData("\"{\\\"body\\\":\\\"from text\\\",\\\"statusCode\\\":201}\"", 201, "from text", null)]
    public async Task The_http_output_sets_status_headers_and_body(string output, int status, string body, string? header)
    {
        using var answer = await hello.GetAsync(new Answer { Body = $$$"""{"Outputs":{"res":{{{output}}}}}""" });
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal(header, answer.Headers.TryGetValues("header1", out var values) ? values.Single() : null);
        if (body.Length > 0) Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
    }

    [Theory, Trait("Contract", "23")]
    [InlineData("""{"Outputs":{"res":"SomeBlah"}}""")]
    [InlineData("""{"Outputs":{"res":[1]}}""")]
    public async Task An_http_output_that_is_no_response_object_fails_the_invocation(string answerBody)
    {
        using var answer = await hello.GetAsync(new Answer { Body = answerBody });
        Assert.Equal(500, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Contains("Output is not in expected format", hello.Logs.ToString());
    }

    [Theory, Trait("Contract", "20"), Trait("Contract", "23")]
    [InlineData("""{"key1":"value1"}""")]
    [InlineData("""{"Outputs":{"other":"x"}}""")]
    public async Task An_answer_that_does_not_mention_the_output_is_a_success_with_an_empty_object(string answerBody)
    {
        using var answer = await hello.GetAsync(new Answer { Body = answerBody });
        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal("{}", await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task An_object_body_is_sent_as_json_with_the_content_type_given()
    {
        using var answer = await hello.GetAsync(new Answer { Body = """{"outputs":{"res":{"body":{"a":1},"headers":{"Content-Type":"application/json"}}}}""" });
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(1, (int)JObject.Parse(await answer.Content.ReadAsStringAsync())["a"]!);
    }

    [Theory]
    [InlineData("""{"ReturnValue":{"body":"teapot","statusCode":418}}""", 418, "teapot")]
    [InlineData("""{"ReturnValue":"plain words"}""", 200, "plain words")]
    public async Task A_return_binding_of_type_http_answers_with_the_return_value(string answerBody, int status, string body)
    {
        await using var app = new TestApp()
            .Function("Hello", """[{"type":"httpTrigger","name":"req","authLevel":"anonymous"},{"type":"http","direction":"out","name":"$return"}]""")
            .Answers("Hello", new Answer { Body = answerBody });
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/Hello", UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData(false, 200)]
    [InlineData(true, 500)]
    public async Task The_handlers_redirect_is_followed_unless_forwarding_is_on(bool forwarding, int status)
    {
        await using var app = Items();
        app.CustomHandler["enableForwardingHttpRequest"] = forwarding;
        app.Answers("Items", new Answer { Status = 302, Headers = { ["Location"] = "/Elsewhere" } });
        await app.StartAsync();
        using var answer = await app.Client.GetAsync(new Uri("/api/items/x", UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
    }

    private TestApp Items() => TestApp.With(azurite).Function("Items", WithQueue.Replace("QUEUE", $"q{Guid.NewGuid():N}", StringComparison.Ordinal));

    private static string[] Names(JObject json) => json.Properties().Select(p => p.Name).ToArray();
}
