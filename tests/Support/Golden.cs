using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace RoadSeg.Tests;

/// <summary>The files of tests/contracts: what crosses a process or a deployment, as it is written.</summary>
public static class Golden
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A file's text.</summary>
    public static string Text(string name) => File.ReadAllText(PathOf(name));

    /// <summary>Holds that a value is written as its file says, and that it survives reading and writing. ROADSEG_PIN=1 writes the files that say something else.</summary>
    public static void Pinned<T>(string name, T value, JsonTypeInfo<T> form)
    {
        var written = JsonSerializer.SerializeToNode(value, form)!;
        var known = File.Exists(PathOf(name)) ? JsonNode.Parse(Text(name)) : null;
        if (Environment.GetEnvironmentVariable("ROADSEG_PIN") == "1" && !JsonNode.DeepEquals(known, written))
        {
            File.WriteAllText(PathOf(name), written.ToJsonString(Readable) + "\n");
            known = JsonNode.Parse(Text(name));
        }

        Assert.True(JsonNode.DeepEquals(known, written), $"tests/contracts/{name}.json no longer is what is written:\n{written}");
        var read = JsonSerializer.Deserialize(known, form)!;
        Assert.True(JsonNode.DeepEquals(written, JsonSerializer.SerializeToNode(read, form)), $"{name} does not survive reading and writing.");
    }

    private static string PathOf(string name) => Path.Combine(Checkout.Root, "tests", "contracts", name + ".json");
}
