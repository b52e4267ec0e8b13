using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Errors;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Tests.Models;

/// <summary>Every member of the records of models, one at a time: missing, null, of another type, empty, huge. It is refused as model-invalid or
/// the record works. Fault: a manifest without the optional <c>metrics</c> ended in an ArgumentNullException.</summary>
public class ManifestDamageTests
{
    private static readonly string?[] Values = [null, "null", "\"x\"", "\"\"", "7", "-1", "1e400", "true", "[]", "{}", "[null]", "{\"x\":null}", $"\"{new string('w', 100_000)}\""];

    [Fact]
    public void A_manifest_without_metrics_has_none()
    {
        var root = Manifest();
        root.AsObject().Remove("metrics");

        var manifest = ModelManifestJson.Parse(Bytes(root));

        Assert.Empty(manifest.Metrics);
    }

    [Fact]
    public void Of_any_member_of_a_manifest_is_refused_or_survived()
    {
        var (tried, refused) = (0, 0);
        foreach (var path in Paths(Manifest(), []))
        {
            foreach (var value in Values)
            {
                var root = Manifest();
                Set(root, path, value);
                var json = Bytes(root);
                tried++;
                try
                {
                    Use(ModelManifestJson.Parse(json));
                    Use(ModelManifestJson.ParseDescription(json));
                }
                catch (RoadSegException e)
                {
                    refused++;
                    Assert.Equal(ErrorCodes.ModelInvalid, e.Code);
                    if (value is null && path[^1] is string member)
                        Assert.Contains(member, e.Message, StringComparison.OrdinalIgnoreCase);
                }
            }
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{refused} of {tried} damaged manifests were refused");
        Assert.True(tried > 1000);
    }

    [Theory]
    [InlineData("model-pointer.json")]
    [InlineData("model-version.json")]
    [InlineData("shadow-run.json")]
    public void Of_any_member_of_a_record_in_the_registry_is_refused_or_survived(string contract)
    {
        var whole = JsonNode.Parse(File.ReadAllBytes(Checkout.File($"tests/contracts/{contract}")))!;
        foreach (var path in Paths(whole, []))
        {
            foreach (var value in Values)
            {
                var root = whole.DeepClone();
                Set(root, path, value);
                try
                {
                    Use(contract, Bytes(root));
                }
                catch (JsonException)
                {
                    // What storage holds is no record: said as such where it is read.
                }
            }
        }
    }

    private static void Use(ModelManifest manifest)
    {
        Use((ModelDescription)manifest);
        Assert.NotEmpty(ModelManifestJson.Serialize(manifest));
        Assert.NotNull(ModelPin.Of(manifest).ToString());
    }

    private static void Use(ModelDescription description)
    {
        Assert.True(description.Metrics.Sum(metrics => metrics.Values.Count) >= 0);
        Assert.InRange(description.Labels.Classes.Sum(label => label.Name.Length), 0, int.MaxValue);
        Assert.NotNull(description.Output.Name);
    }

    private static void Use(string contract, byte[] json)
    {
        switch (contract)
        {
            case "model-pointer.json":
                var pointer = JsonSerializer.Deserialize(json, RegistryJson.Default.ModelPointer)!;
                Assert.Equal(ModelState.Live, pointer.StateOf(pointer.Version));
                Assert.True(pointer.SchemaVersion != 0);
                break;
            case "model-version.json":
                var version = JsonSerializer.Deserialize(json, RegistryJson.Default.ModelVersion)!;
                Assert.NotNull(new ModelPin(version.Name, version.Version).ToString());
                Assert.True(version.Gate is null || version.Gate.Checks.Count >= 0);
                Assert.True(version.SchemaVersion != 0);
                break;
            default:
                var run = JsonSerializer.Deserialize(json, RegistryJson.Default.ShadowRun)!;
                Assert.True(run.Photos.Count >= 0);
                Assert.True(run.SchemaVersion != 0);
                break;
        }
    }

    private static JsonNode Manifest() => JsonNode.Parse(File.ReadAllBytes(Checkout.File("tests/contracts/model-manifest.json")))!;

    private static byte[] Bytes(JsonNode root) => Encoding.UTF8.GetBytes(root.ToJsonString());

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        if (path.Length > 0)
            yield return path;
        var inner = node switch
        {
            JsonObject members => members.Select(member => (Step: (object)member.Key, member.Value)),
            JsonArray items => items.Select((item, index) => (Step: (object)index, Value: item)),
            _ => [],
        };
        foreach (var found in inner.SelectMany(child => Paths(child.Value, [.. path, child.Step])))
            yield return found;
    }

    /// <param name="json">The new value; null: none.</param>
    private static void Set(JsonNode root, object[] path, string? json)
    {
        var parent = path[..^1].Aggregate(root, (node, step) => step is int index ? node[index]! : node[(string)step]!);
        if (path[^1] is int at)
        {
            parent.AsArray().RemoveAt(at);
            if (json is not null)
                parent.AsArray().Insert(at, JsonNode.Parse(json));
            return;
        }

        parent.AsObject().Remove((string)path[^1]);
        if (json is not null)
            parent[(string)path[^1]] = JsonNode.Parse(json);
    }
}
