using System.Collections;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>App settings and host.json values behind one look-up, and the environment that the worker inherits.</summary>
internal sealed class HostSettings
{
    private const string HostSection = "AzureFunctionsJobHost";
    private const string EnvironmentKey = "AZURE_FUNCTIONS_ENVIRONMENT";

    private HostSettings(IConfiguration configuration, Dictionary<string, string> environment, TimeSpan? functionTimeout)
    {
        Configuration = configuration;
        Environment = environment;
        FunctionTimeout = functionTimeout;
    }

    public IConfiguration Configuration { get; }

    /// <summary>The environment of this process with the app settings on top.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Null: unlimited (<c>"-1"</c>). Default 30 min.</summary>
    public TimeSpan? FunctionTimeout { get; }

    /// <summary>The first part of every route. Default <c>api</c>.</summary>
    public string RoutePrefix => Host("extensions:http:routePrefix").Value?.Trim('/') ?? "api";

    public string EnvironmentName => Environment[EnvironmentKey];

    /// <summary>A host.json value, or the setting <c>AzureFunctionsJobHost__a__b</c> that overrides it.</summary>
    public IConfigurationSection Host(string path) => Configuration.GetSection($"{HostSection}:{path}");

    public bool IsDisabled(string function) =>
        Configuration[$"AzureWebJobs.{function}.Disabled"] is { } value && value.ToLowerInvariant() is "1" or "true";

    /// <summary>Given settings win over the environment, which wins over <c>local.settings.json</c>.</summary>
    /// <exception cref="HostConfigurationException">host.json or local.settings.json cannot be read.</exception>
    public static HostSettings Load(string appFolder, IReadOnlyDictionary<string, string> given)
    {
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        foreach (var local in ReadJson(appFolder, "local.settings.json").GetSection("Values").AsEnumerable(makePathsRelative: true))
            if (local.Value is not null)
                environment.TryAdd(local.Key.Replace(":", "__", StringComparison.Ordinal), local.Value);
        foreach (var (name, value) in given)
            environment[name] = value;
        environment.TryAdd(EnvironmentKey, "Development");

        var host = ReadJson(appFolder, "host.json");
        if (host["version"] != "2.0")
            throw new HostConfigurationException($"'{Path.Combine(appFolder, "host.json")}' is missing or has no \"version\": \"2.0\".");
        // The SDK looks for its options, those of extensions included, in the section that this setting names.
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["AzureWebJobsConfigurationSection"] = HostSection,
        };
        foreach (var (path, value) in host.AsEnumerable())
            values[$"{HostSection}:{path}"] = value;
        foreach (var (name, value) in environment)
            values[name.Replace("__", ":", StringComparison.Ordinal)] = value;
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        return new HostSettings(configuration, environment, Timeout(configuration[$"{HostSection}:functionTimeout"]));
    }

    private static IConfigurationRoot ReadJson(string folder, string file)
    {
        try
        {
            return new ConfigurationBuilder().AddJsonFile(Path.Combine(folder, file), optional: true).Build();
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new HostConfigurationException(
                $"'{Path.Combine(folder, file)}' cannot be read: {error.InnerException?.Message ?? error.Message}",
                error
            );
        }
    }

    private static TimeSpan? Timeout(string? text) =>
        text switch
        {
            null or "" => TimeSpan.FromMinutes(30),
            "-1" => null,
            _ when TimeSpan.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var value)
                    && value >= TimeSpan.FromSeconds(1) => value,
            _ => throw new HostConfigurationException(
                $"functionTimeout must be a time span of at least 00:00:01, or \"-1\" for unlimited, not '{text}'."
            ),
        };
}
