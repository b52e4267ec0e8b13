using System.Globalization;
using Newtonsoft.Json;

namespace RoadSeg.LocalHost.Configuration;

/// <summary>The <c>customHandler</c> section of host.json (or the older <c>httpWorker</c>), resolved against the script root.</summary>
internal sealed record CustomHandlerOptions
{
    public required string ExecutablePath { get; init; }

    public required string WorkingDirectory { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    public string? WorkerPath { get; init; }

    public required IReadOnlyList<string> WorkerArguments { get; init; }

    public bool UseStdErrorStreamForErrorsOnly { get; init; } = true;

    /// <summary>How HTTP-in, HTTP-out functions reach the handler.</summary>
    public required HttpForm HttpForm { get; init; }

    /// <summary>The flag itself: with it on, the handler's redirects are errors in the JSON form.</summary>
    public bool ForwardingEnabled { get; init; }

    public TimeSpan InitializationTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A fixed port, or null for a free one.</summary>
    public int? Port { get; init; }

    public string? Warning { get; init; }

    public static CustomHandlerOptions Load(HostSettings settings, string scriptRoot, bool strict)
    {
        var custom = settings.Host("customHandler");
        var legacy = settings.Host("httpWorker");
        if (!custom.Exists() && !legacy.Exists())
            throw new HostConfigurationException("host.json has no customHandler section. This host runs custom handlers only.");
        var warning = (custom.Exists(), legacy.Exists()) switch
        {
            (true, true) => "Both httpWorker and customHandler sections are specified in host.json. customHandler takes precedence.",
            (false, true) => "Section httpWorker is deprecated. Use customHandler.",
            _ => null,
        };
        var section = custom.Exists() ? custom : legacy;
        var description = section.GetSection("description");
        if (!description.Exists()) throw new HostConfigurationException("Missing worker Description.");

        var forwarding = Flag(section, "enableForwardingHttpRequest", false);
        var proxying = Flag(section, "enableProxyingHttpRequest", false);
        return new CustomHandlerOptions
        {
            ExecutablePath = Executable(settings, scriptRoot, description),
            WorkingDirectory = UnderRoot(scriptRoot, description["workingDirectory"]),
            Arguments = List(description, "arguments"),
            WorkerPath = description["defaultWorkerPath"] is { Length: > 0 } path ? settings.ExpandEnvironment(path) : null,
            WorkerArguments = List(description, "workerArguments"),
            UseStdErrorStreamForErrorsOnly = Flag(description, "useStdErrorStreamForErrorsOnly", true),
            // An older host does not know proxying and falls back to forwarding: that is what strict reproduces.
            HttpForm = !custom.Exists() ? HttpForm.ForwardToFunctionName
                : proxying && !(strict && forwarding) ? HttpForm.Proxy
                : forwarding ? HttpForm.Forward
                : HttpForm.Json,
            ForwardingEnabled = forwarding,
            InitializationTimeout = Duration(section, "initializationTimeout", TimeSpan.FromSeconds(30)),
            Port = FixedPort(section["port"]),
            Warning = warning,
        };
    }

    private static string Executable(HostSettings settings, string scriptRoot, IConfigurationSection description)
    {
        var path = settings.ExpandEnvironment(description["defaultExecutablePath"] ?? "");
        if (path.Length == 0) throw new HostConfigurationException("WorkerDescription DefaultExecutablePath cannot be empty");
        if (Path.IsPathRooted(path)) return path;
        var beside = Path.Combine(UnderRoot(scriptRoot, description["workerDirectory"]), path);
        return File.Exists(beside) ? beside : path;
    }

    private static string UnderRoot(string scriptRoot, string? folder) =>
        string.IsNullOrEmpty(folder) ? scriptRoot : Path.Combine(scriptRoot, folder);

    // A single string is a JSON array: that is how a setting overrides the list.
    private static IReadOnlyList<string> List(IConfigurationSection section, string name)
    {
        var list = section.GetSection(name);
        if (list.Value is { Length: > 0 } json)
        {
            try
            {
                return JsonConvert.DeserializeObject<List<string>>(json) ?? [];
            }
            catch (JsonException)
            {
                return [];
            }
        }
        return list.GetChildren().Select(item => item.Value ?? "").ToArray();
    }

    private static bool Flag(IConfigurationSection section, string name, bool absent) =>
        section[name] is not { Length: > 0 } text ? absent
        : bool.TryParse(text, out var value) ? value
        : throw new HostConfigurationException($"'{section.Path}:{name}' must be true or false, not '{text}'.");

    private static TimeSpan Duration(IConfigurationSection section, string name, TimeSpan absent) =>
        section[name] is not { Length: > 0 } text ? absent
        : TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero ? value
        : throw new HostConfigurationException($"'{section.Path}:{name}' must be a time span such as 00:00:30, not '{text}'.");

    private static int? FixedPort(string? text) =>
        string.IsNullOrEmpty(text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port
        : throw new HostConfigurationException($"customHandler:port must be between 1 and 65535, not '{text}'.");
}

/// <summary>The four ways an HTTP-in, HTTP-out function is sent to the handler.</summary>
internal enum HttpForm
{
    /// <summary>The JSON invocation, <c>POST /FunctionName</c>.</summary>
    Json,

    /// <summary>Rebuilt and buffered, at the original path.</summary>
    Forward,

    /// <summary>Rebuilt and buffered, at <c>/FunctionName</c> (the deprecated httpWorker section).</summary>
    ForwardToFunctionName,

    /// <summary>Streamed both ways at the original path.</summary>
    Proxy,
}
