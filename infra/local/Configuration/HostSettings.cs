using System.Collections;
using System.Text.RegularExpressions;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Handler;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>App settings and host.json values behind one look-up, and the environment the handler inherits.</summary>
internal sealed partial class HostSettings
{
    private const string EnvironmentName = "AZURE_FUNCTIONS_ENVIRONMENT";

    private readonly IConfigurationRoot _configuration;

    private HostSettings(IConfigurationRoot configuration, Dictionary<string, string> environment)
    {
        _configuration = configuration;
        Environment = environment;
    }

    /// <summary>The environment of this process with the app settings on top: what the real host's child inherits.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    public bool IsDevelopment => string.Equals(Get(EnvironmentName), "Development", StringComparison.OrdinalIgnoreCase);

    /// <summary>A host.json value, or the setting <c>AzureFunctionsJobHost__a__b</c> that overrides it.</summary>
    public IConfigurationSection Host(string path) => _configuration.GetSection("AzureFunctionsJobHost:" + path);

    public IConfigurationSection Section(string name) => _configuration.GetSection(name.Replace("__", ":", StringComparison.Ordinal));

    public string? Get(string name) => Section(name).Value;

    public bool IsOn(string name) =>
        Get(name) is { } value && (value == "1" || string.Equals(value, "true", StringComparison.OrdinalIgnoreCase));

    /// <summary>Replaces each <c>%NAME%</c> by the setting of that name; an unknown name is an error of the function.</summary>
    public string ResolveNames(string text) => NamePattern().Replace(text, match =>
        Get(match.Groups[1].Value) ?? throw new FormatException($"'{match.Value}' does not resolve to a value."));

    /// <summary>Replaces each <c>%NAME%</c> that is set; others stay.</summary>
    public string ExpandEnvironment(string text) => NamePattern().Replace(text, match =>
        Environment.TryGetValue(match.Groups[1].Value, out var value) ? value : match.Value);

    public static HostSettings Load(string scriptRoot, IReadOnlyDictionary<string, string> settings)
    {
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var (name, value) in LocalSettings(scriptRoot)) environment.TryAdd(name, value);
        foreach (var (name, value) in settings) environment[name] = value;
        environment.TryAdd(EnvironmentName, "Development");
        foreach (var name in HandlerStart.OwnNames) environment.Remove(name);

        // Look-ups ignore case, the environment does not (http_proxy and HTTP_PROXY): the last one counts.
        var values = HostJson.Read(scriptRoot);
        foreach (var (name, value) in environment) values[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new HostSettings(configuration, environment);
    }

    private static KeyValuePair<string, string>[] LocalSettings(string scriptRoot)
    {
        var file = Path.Combine(scriptRoot, "local.settings.json");
        if (!File.Exists(file)) return [];
        try
        {
            return JObject.Parse(File.ReadAllText(file))["Values"] is JObject values
                ? values.Properties().Select(p => KeyValuePair.Create(p.Name, (string?)p.Value ?? "")).ToArray()
                : [];
        }
        catch (Newtonsoft.Json.JsonException error)
        {
            throw new HostConfigurationException($"'{file}' is not valid JSON: {error.Message}", error);
        }
    }

    [GeneratedRegex("%([^%]+)%")]
    private static partial Regex NamePattern();
}
