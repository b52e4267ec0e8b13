using System.Text;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Time.Testing;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;
using RoadSeg.LocalHost.Invocation;
using RoadSeg.LocalHost.Queues;

namespace RoadSeg.LocalHost.Tests;

public sealed class PayloadTests
{
    private static readonly DateTimeOffset Ten = new(2026, 3, 1, 10, 0, 0, 123, TimeSpan.Zero);

    private enum Colour
    {
        Red,
        Green,
    }

    [Theory, Trait("Contract", "6")]
    [InlineData("somePathValue", "http://127.0.0.1:8080/somePathValue")]
    [InlineData("", "http://127.0.0.1:8080/")]
    public void The_handler_is_addressed_by_number(string path, string address) => Assert.Equal(address, HandlerAddress.Of(8080, path).ToString());

    [Theory, Trait("Contract", "9")]
    [MemberData(nameof(Scalars))]
    public void Scalars_become_text_that_holds_json(object? value, string json) => Assert.Equal(json, JsonConvert.SerializeObject(ValueEncoder.Encode(value)));

    public static TheoryData<object?, string> Scalars() => new()
    {
        { 4L, "\"4\"" },
        { true, "\"true\"" },
        { 0.5, "\"0.5\"" },
        { "helloMetadata", "\"\\\"helloMetadata\\\"\"" },
        { "é \"q\"", "\"\\\"é \\\\\\\"q\\\\\\\"\\\"\"" },
        { null, "\"null\"" },
        { new[] { "a" }, "\"[\\\"a\\\"]\"" },
        { new Guid("24ad4c06-24ad-4e5b-8294-3da9714877e9"), "\"\\\"24ad4c06-24ad-4e5b-8294-3da9714877e9\\\"\"" },
        { new Uri("https://a/b c"), "\"\\\"https://a/b c\\\"\"" },
        { new byte[] { 1, 2, 3 }, "\"AQID\"" },
    };

    [Fact, Trait("Contract", "9")]
    public void Times_lose_their_fraction_and_a_DateTime_its_zone()
    {
        Assert.Equal("\"2026-03-01T10:00:00\"", JsonConvert.SerializeObject(ValueEncoder.Encode(Ten.UtcDateTime)));
        Assert.Equal("\"2026-03-01T10:00:00+00:00\"", JsonConvert.SerializeObject(ValueEncoder.Encode(Ten)));
        Assert.Equal("\"9999-12-31T23:59:59+00:00\"", JsonConvert.SerializeObject(ValueEncoder.Encode(DateTimeOffset.MaxValue)));
    }

    [Fact, Trait("Contract", "10")]
    public void Objects_stay_objects_with_their_own_names_and_enums_as_numbers() =>
        Assert.Equal("""{"Name":"n","id":7,"Colour":1,"Inner":{"a":[1]}}""", JsonConvert.SerializeObject(ValueEncoder.Encode(
            new { Name = "n", id = 7, Colour = Colour.Green, Inner = JObject.Parse("""{"a":[1]}""") })));

    [Fact, Trait("Contract", "11")]
    public void The_worked_queue_example_comes_out_byte_for_byte()
    {
        const string message = """
            {"jobId":"j-001","Id":"user-id","blob":"inbox/a.jpg","priority":3,"ratio":0.5,"dry":true,"none":null,"when":"2026-03-01T10:00:00Z","opts":{"model":"s"},"tags":["x"],"retrigger":"y"}
            """;
        const string expected = """"
            {"Data":{"job":"\"{\\\"jobId\\\":\\\"j-001\\\",\\\"Id\\\":\\\"user-id\\\",\\\"blob\\\":\\\"inbox/a.jpg\\\",\\\"priority\\\":3,\\\"ratio\\\":0.5,\\\"dry\\\":true,\\\"none\\\":null,\\\"when\\\":\\\"2026-03-01T10:00:00Z\\\",\\\"opts\\\":{\\\"model\\\":\\\"s\\\"},\\\"tags\\\":[\\\"x\\\"],\\\"retrigger\\\":\\\"y\\\"}\""},"Metadata":{"DequeueCount":"1","ExpirationTime":"2026-03-08T10:00:00+00:00","Id":"\"user-id\"","InsertionTime":"2026-03-01T10:00:00+00:00","NextVisibleTime":"2026-03-01T10:10:00+00:00","PopReceipt":"\"AgAAAAMAAAAAAAAAkF3lWQmk2wE=\"","sys":SYS,"jobId":"\"j-001\"","blob":"\"inbox/a.jpg\"","priority":"\"3\"","ratio":"\"0.5\"","dry":"\"True\"","when":"\"03/01/2026 10:00:00\"","opts":{"model":"s"}}}
            """";
        var payload = Payload(message);
        var sys = JObject.Parse(payload)["Metadata"]!["sys"]!.ToString(Formatting.None);
        Assert.Equal(expected, payload.Replace(sys, "SYS", StringComparison.Ordinal));
        Assert.Matches("""^\{"MethodName":"SegmentQueue","UtcNow":"2026-03-01T10:00:01\.1234567Z","RandGuid":"[0-9a-f-]{36}"\}$""", sys);
    }

    [Fact, Trait("Contract", "8")]
    public void A_plain_message_is_quoted_once_more_and_promotes_nothing()
    {
        var payload = Payload("hello world é \"quoted\"");
        Assert.StartsWith("""{"Data":{"job":"\"hello world é \\\"quoted\\\"\""},"Metadata":{"DequeueCount":"1",""", payload);
        Assert.Equal(["DequeueCount", "ExpirationTime", "Id", "InsertionTime", "NextVisibleTime", "PopReceipt", "sys"], MetadataNames(payload));
    }

    [Fact, Trait("Contract", "12")]
    public void A_binary_trigger_gets_unquoted_base64_and_promotes_nothing()
    {
        var payload = Payload("""{"jobId":"j"}""", binary: true);
        Assert.Contains($"\"Data\":{{\"job\":\"{Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"jobId":"j"}"""))}\"}}", payload);
        Assert.DoesNotContain("jobId", MetadataNames(payload));
    }

    [Theory, Trait("Contract", "13")]
    [InlineData("""[{"jobId":"j"}]""")]
    [InlineData("""{"jobId":}""")]
    [InlineData("""{"jobId":"j" """)]
    [InlineData("""{"jobId":"j"} trailing}""")]
    public void An_array_or_broken_json_promotes_nothing_and_does_not_fail(string message) => Assert.DoesNotContain("jobId", MetadataNames(Payload(message)));

    [Fact]
    public void A_field_named_sys_takes_the_place_of_the_system_one_and_case_is_ignored()
    {
        var metadata = JObject.Parse(Payload("""{"SYS":"mine","dequeuecount":9,"myTRIGGER":"x"}"""))["Metadata"]!;
        Assert.Equal("\"mine\"", (string?)metadata["sys"]);
        Assert.Equal("\"9\"", (string?)metadata["DequeueCount"]);
        Assert.Null(metadata["myTRIGGER"]);
    }

    [Fact]
    public void Trigger_data_that_already_has_sys_moves_the_system_one_aside()
    {
        var data = new BindingData { ["sys"] = "theirs" };
        data.AddSystem("Fn", TimeProvider.System);
        Assert.Equal(["sys", "$sys"], data.ToMetadata().Keys);
    }

    private static string Payload(string message, bool binary = false)
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 10, 0, 1, TimeSpan.Zero).AddTicks(1234567));
        var trigger = new BindingDefinition("job", "queueTrigger", BindingDirection.In, binary ? BindingDataType.Binary : null, []);
        var queueMessage = QueuesModelFactory.QueueMessage(
            "800ae4b3", "AgAAAAMAAAAAAAAAkF3lWQmk2wE=", new BinaryData(message), 1, Ten.AddMinutes(10), Ten, Ten.AddDays(7));
        var input = QueueTrigger.Read(queueMessage, trigger, base64: false, clock);
        input.Data.AddSystem("SegmentQueue", clock);
        input.Data.Promote(input.Value as string);
        return InvocationContent.Serialize(new Dictionary<string, object> { ["job"] = ValueEncoder.Encode(input.Value, trigger.DataType ?? BindingDataType.String) }, input.Data.ToMetadata());
    }

    private static string[] MetadataNames(string payload) => ((JObject)JObject.Parse(payload)["Metadata"]!).Properties().Select(p => p.Name).ToArray();
}
