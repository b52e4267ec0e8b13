using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Cli.Stack;
using RoadSeg.Errors;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The document a client developer builds against.</summary>
public sealed class OpenApiTests(StackFixture stack)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_is_the_pinned_one()
    {
        var file = Path.Combine(Workspace.Root, "tests", "contracts", "openapi.json");
        var served = JsonNode.Parse(await stack.GetAsync("/openapi/v1.json"))!;
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            await File.WriteAllTextAsync(file, served.ToJsonString(Readable) + "\n", TestContext.Current.CancellationToken);

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)), served),
            "tests/contracts/openapi.json is no longer what /openapi/v1.json answers; ROADSEG_PIN=1 writes it anew.");
    }

    [Fact]
    public async Task Every_answer_has_an_example_and_every_example_fits_its_schema_by_name()
    {
        var document = JsonNode.Parse(await stack.GetAsync("/openapi/v1.json"))!;
        Assert.StartsWith("3.1", (string)document["openapi"]!, StringComparison.Ordinal);
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                Assert.NotEmpty((string)operation!["operationId"]!);
                foreach (var (status, response) in operation["responses"]!.AsObject())
                {
                    foreach (var (type, media) in response!["content"]?.AsObject() ?? [])
                    {
                        if (type is not ("application/json" or "application/problem+json"))
                            continue;
                        JsonNode?[] examples = media!["examples"] is JsonObject several ? [.. several.Select(example => example.Value!["value"])] : [media["example"]];
                        Assert.True(examples.Length > 0 && examples.All(example => example is not null), $"{method} {path} {status} has no example.");
                        var properties = Resolve(document, media["schema"]!)["properties"]!.AsObject();
                        foreach (var member in examples.OfType<JsonObject>().SelectMany(example => example))
                            Assert.True(properties.ContainsKey(member.Key), $"{method} {path} {status}: the example's '{member.Key}' is not in the schema.");
                        if (type == "application/problem+json")
                            Assert.All(examples, example => Assert.Contains(ErrorCodes.All, code => code.Code == (string)example!["code"]!));
                    }
                }
            }
        }
    }

    private static JsonNode Resolve(JsonNode document, JsonNode schema) =>
        schema["$ref"] is { } reference ? document["components"]!["schemas"]![((string)reference!).Split('/')[^1]]! : schema;
}
