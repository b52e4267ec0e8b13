using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Tests.Http.OpenApi;

/// <summary>The document a client developer builds against.</summary>
public sealed class OpenApiTests(ServiceFixture fixture)
{
    private WholeService Service => fixture.Service;

    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [Fact]
    public async Task The_document_is_the_pinned_one()
    {
        var file = Path.Combine(Checkout.Root, "tests", "contracts", "openapi.json");
        var served = JsonNode.Parse(await Service.GetAsync("/openapi/v1.json"))!;
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1")
            await File.WriteAllTextAsync(file, served.ToJsonString(Readable) + "\n", TestContext.Current.CancellationToken);

        Assert.True(
            JsonNode.DeepEquals(JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)), served),
            "tests/contracts/openapi.json is no longer what /openapi/v1.json answers; ROADSEG_PIN=1 writes it anew.");
    }

    [Fact]
    public async Task Every_answer_has_an_example_and_every_example_fits_its_schema_to_the_last_member()
    {
        var document = await DocumentAsync();
        var check = new SchemaCheck(document);
        Assert.StartsWith("3.1", (string)document["openapi"]!, StringComparison.Ordinal);
        foreach (var (name, operation) in Operations(document))
        {
            foreach (var (status, response) in operation["responses"]!.AsObject())
            {
                foreach (var (type, media) in response!["content"]?.AsObject() ?? [])
                {
                    if (type is not ("application/json" or "application/problem+json"))
                        continue;
                    JsonNode?[] examples = media!["examples"] is JsonObject several ? [.. several.Select(example => example.Value!["value"])] : [media["example"]];
                    Assert.True(examples.Length > 0 && examples.All(example => example is not null), $"{name} {status} has no example.");
                    Assert.Empty(examples.SelectMany(example => check.Faults(media["schema"], example, $"{name} {status}")));
                    if (type == "application/problem+json")
                        Assert.All(examples, example => Assert.Contains(ErrorCodes.All, code => code.Code == (string)example!["code"]!));
                }
            }

            if (operation["requestBody"]?["content"]?["application/json"] is { } body)
                Assert.Empty(check.Faults(body["schema"], body["example"], $"{name} request"));
        }
    }

    [Fact]
    public async Task What_a_client_must_know_beside_the_bodies_is_said_of_every_operation()
    {
        foreach (var (name, operation) in Operations(await DocumentAsync()))
        {
            var answers = operation["responses"]!.AsObject();
            Assert.True(answers.ContainsKey("401") && answers.ContainsKey("500") && answers.ContainsKey("503"), name);
            Assert.NotNull(answers["503"]!["headers"]!["Retry-After"]);
            Assert.All(answers.Where(answer => answer.Key is "201" or "202"), answer => Assert.NotNull(answer.Value!["headers"]!["Location"]));
            var parameters = operation["parameters"]?.AsArray() ?? [];
            Assert.All(parameters, parameter => Assert.NotEmpty((string?)parameter!["description"] ?? ""));

            // Of files it stands in the parameter's description.
            var json = answers["200"]?["content"]?["application/json"] is not null;
            Assert.Equal(json && parameters.Any(parameter => (string)parameter!["name"]! == "If-None-Match"), answers["304"]?["headers"]?["ETag"] is not null);
            Assert.Equal(parameters.Any(parameter => (string)parameter!["name"]! == "Range"), answers.ContainsKey("206") && answers.ContainsKey("416"));
        }
    }

    [Fact]
    public async Task Nothing_that_is_said_names_a_type_of_the_program_that_a_reader_of_the_document_cannot_know()
    {
        // The fault: "Entry of ErrorCodes", "PreprocessUpload took it", "Always ModelManifest.CurrentSchemaVersion".
        var document = await DocumentAsync();
        var schemas = document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key).ToHashSet(StringComparer.Ordinal);
        var types = new[] { typeof(ErrorCodes).Assembly, typeof(RoadSeg.Functions.Http.HttpPipeline).Assembly }
            .SelectMany(assembly => assembly.GetTypes()).Select(type => type.Name).Where(name => name.Skip(1).Any(char.IsUpper) && !schemas.Contains(name)).ToHashSet(StringComparer.Ordinal);

        var said = Descriptions(document).ToArray();

        Assert.True(said.Length > 300);
        Assert.DoesNotContain(said, text => text.Split(' ', '.', ',', ':', ';', '(', ')', '`', '\n').Any(types.Contains));
    }

    private static IEnumerable<string> Descriptions(JsonNode? node) => node switch
    {
        JsonObject item => item.SelectMany(member => member is { Key: "description" or "summary", Value: JsonValue text } && text.TryGetValue<string>(out var said) ? [said] : Descriptions(member.Value)),
        JsonArray items => items.SelectMany(Descriptions),
        _ => [],
    };

    [Fact]
    public async Task Webhooks_are_described_with_their_signature_and_an_example_that_fits()
    {
        var document = await DocumentAsync();
        var post = document["webhooks"]!["jobEnded"]!["post"]!;
        var body = post["requestBody"]!["content"]!["application/json"]!;

        Assert.Equal(["webhook-id", "webhook-timestamp", "webhook-signature"], post["parameters"]!.AsArray().Select(header => (string)header!["name"]!));
        Assert.Empty(new SchemaCheck(document).Faults(body["schema"], body["example"], "webhook"));
    }

    private static IEnumerable<(string Name, JsonNode Operation)> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(method => ($"{method.Key} {path.Key}", method.Value!)));

    private async Task<JsonNode> DocumentAsync() => JsonNode.Parse(await Service.GetAsync("/openapi/v1.json"))!;
}
