using System.Text.RegularExpressions;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Timers;

namespace RoadSeg.LocalHost.Functions;

/// <summary>Reads every function.json under the script root. A bad function is an error of its own; the host still starts.</summary>
internal sealed partial class FunctionFolder(HostSettings settings, HostJsonOptions host)
{
    public List<FunctionDefinition> Functions { get; } = [];

    public Dictionary<string, string> Errors { get; } = new(StringComparer.OrdinalIgnoreCase);

    public FunctionFolder Read(string scriptRoot)
    {
        foreach (var folder in Directory.EnumerateDirectories(scriptRoot).OrderBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase))
        {
            var file = Path.Combine(folder, "function.json");
            if (!File.Exists(file)) continue;
            var name = Path.GetFileName(folder);
            try
            {
                Functions.Add(Parse(name, JObject.Parse(File.ReadAllText(file))));
            }
            catch (Exception error) when (
                error is FormatException or JsonException or HostConfigurationException or ArgumentException or InvalidCastException)
            {
                Errors[name] = error.Message;
            }
        }
        AddRoutes();
        return this;
    }

    /// <summary>The functions that <c>customHandler.http.routes</c> stands for: one per route, all methods.</summary>
    private void AddRoutes()
    {
        var http = settings.Host("customHandler:http");
        var routes = http.GetSection("routes").GetChildren().ToArray();
        if (routes.Length == 0) return;
        if (!string.Equals(settings.Get("FUNCTIONS_WORKER_RUNTIME"), "custom", StringComparison.OrdinalIgnoreCase))
            throw new HostConfigurationException("customHandler.http.routes needs the setting FUNCTIONS_WORKER_RUNTIME=custom.");
        if (Functions.Count + Errors.Count > 0)
            throw new HostConfigurationException("Give either customHandler.http.routes or function.json files, not both.");
        for (var i = 0; i < routes.Length; i++)
        {
            var trigger = new JObject
            {
                ["type"] = "httpTrigger",
                ["name"] = "req",
                ["route"] = routes[i]["route"],
                ["authLevel"] = routes[i]["authorizationLevel"] ?? http["defaultAuthorizationLevel"] ?? "function",
            };
            var response = new JObject { ["type"] = "http", ["direction"] = "out", ["name"] = "res" };
            Functions.Add(Parse($"http-handler{i + 1}", new JObject { ["bindings"] = new JArray(trigger, response) }));
        }
    }

    private FunctionDefinition Parse(string name, JObject json)
    {
        if (!FunctionName().IsMatch(name) || name.Equals("host", StringComparison.OrdinalIgnoreCase))
            throw new FormatException($"'{name}' is not a valid function name.");
        if (json["bindings"] is not JArray { Count: > 0 } array)
            throw new FormatException("At least one binding must be declared.");

        var bindings = array.Select(item => Binding(item as JObject ?? throw new FormatException("A binding must be a JSON object."))).ToArray();
        if (bindings.Count(b => b.IsTrigger) is var triggers && triggers != 1)
            throw new FormatException(triggers == 0
                ? "No trigger binding specified. A function must have a trigger input binding."
                : "Multiple trigger bindings specified. A function can only have a single trigger binding.");
        if (bindings.GroupBy(b => b.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new FormatException($"Multiple bindings with name '{twice.Key}' discovered. Binding names must be unique.");
        foreach (var binding in bindings) RequireSupported(binding);

        var retry = RetryOptions.From(json["retry"], $"{name}/function.json:retry") ?? host.Retry;
        return new FunctionDefinition(name, bindings, retry, IsDisabled(name));
    }

    private BindingDefinition Binding(JObject json)
    {
        var properties = (JObject)json.DeepClone();
        foreach (var text in properties.Descendants().OfType<JValue>().Where(v => v.Type == JTokenType.String).ToArray())
            text.Value = settings.ResolveNames((string)text!);

        var name = Text("name") ?? "";
        var type = Text("type") is { Length: > 0 } given ? given : throw new FormatException($"The binding '{name}' has no type.");
        var direction = Enum.TryParse<BindingDirection>(Text("direction") ?? "in", ignoreCase: true, out var parsed) ? parsed
            : throw new FormatException($"'{Text("direction")}' is not a valid binding direction.");
        BindingDataType? dataType = Text("dataType") is not { Length: > 0 } wanted ? null
            : Enum.TryParse<BindingDataType>(wanted, ignoreCase: true, out var kind) ? kind
            : throw new FormatException($"'{wanted}' is not a valid dataType: use string, binary or stream.");
        if (name == BindingDefinition.ReturnName && direction != BindingDirection.Out)
            throw new FormatException($"The binding name '{name}' needs the direction 'out'.");
        if (name != BindingDefinition.ReturnName && !BindingName().IsMatch(name))
            throw new FormatException($"The binding name '{name}' is invalid. Give letters and digits, a letter first.");
        return new BindingDefinition(name, type, direction, dataType, properties);

        string? Text(string property) => (string?)properties.GetValue(property, StringComparison.OrdinalIgnoreCase);
    }

    private void RequireSupported(BindingDefinition binding)
    {
        switch (binding.Type.ToLowerInvariant())
        {
            case "httptrigger":
                Http.HttpTrigger.Validate(binding, host.RoutePrefix);
                break;
            case "http" when binding.IsInput:
                throw new FormatException("Http binding can only be used for output.");
            case "http":
                break;
            case "timertrigger":
                TimerSchedule.Parse(binding.Required("schedule"));
                break;
            case "queuetrigger":
            case "queue" when !binding.IsInput:
                binding.Required("queueName");
                break;
            case "blob" when binding.Direction != BindingDirection.InOut:
                binding.Required("path");
                break;
            case "blobtrigger":
                throw new FormatException("This host has no blobTrigger: it would pass the whole blob as base64. "
                    + "Use a queueTrigger fed by blob events (Event Grid to a storage queue; locally --blob-event CONTAINER=QUEUE).");
            default:
                throw new FormatException($"The binding type(s) '{binding.Type}' ({binding.Direction}) are not registered. "
                    + "This host has httpTrigger, queueTrigger, timerTrigger, http (out), queue (out) and blob (in, out).");
        }
    }

    private bool IsDisabled(string name) =>
        settings.IsOn($"AzureWebJobs.{name}.Disabled") || settings.IsOn($"AzureWebJobs_{name}_Disabled");

    [GeneratedRegex("^[a-z][a-z0-9_\\-]{0,127}$", RegexOptions.IgnoreCase)]
    private static partial Regex FunctionName();

    [GeneratedRegex("^[a-zA-Z][a-zA-Z0-9]{0,127}$")]
    private static partial Regex BindingName();
}
