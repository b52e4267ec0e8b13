using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>host.json flattened under <c>AzureFunctionsJobHost</c>, so that any value can be overridden by a setting.</summary>
internal static class HostJson
{
    public static Dictionary<string, string?> Read(string scriptRoot)
    {
        var flat = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var file = Path.Combine(scriptRoot, "host.json");
        if (!File.Exists(file)) return flat;

        JObject json;
        try
        {
            json = JObject.Parse(File.ReadAllText(file));
        }
        catch (JsonException error)
        {
            throw new HostConfigurationException($"Unable to parse host configuration file '{file}': {error.Message}", error);
        }
        if ((string?)json["version"] != "2.0")
            throw new HostConfigurationException($"The {Path.GetFileName(file)} file is missing the required 'version' property with the value \"2.0\".");
        Flatten("AzureFunctionsJobHost", json, flat);
        return flat;
    }

    private static void Flatten(string path, JToken token, Dictionary<string, string?> flat)
    {
        switch (token)
        {
            case JObject value:
                // An empty section still exists: "customHandler": {} must be refused, not overlooked.
                if (!value.HasValues) flat[path] = "";
                foreach (var property in value.Properties()) Flatten($"{path}:{property.Name}", property.Value, flat);
                break;
            case JArray items:
                for (var i = 0; i < items.Count; i++) Flatten($"{path}:{i}", items[i], flat);
                break;
            case JValue { Value: not null } value:
                flat[path] = value.ToString(CultureInfo.InvariantCulture);
                break;
        }
    }
}
