using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Functions;

/// <summary>One function folder. Bindings keep the order of function.json, the trigger first.</summary>
internal sealed record FunctionDefinition(string Name, IReadOnlyList<BindingDefinition> Bindings, RetryOptions? Retry, bool IsDisabled)
{
    public BindingDefinition Trigger { get; } = Bindings.Single(b => b.IsTrigger);

    public IReadOnlyList<BindingDefinition> Inputs { get; } =
        Bindings.Where(b => b.IsInput).OrderBy(b => b.IsTrigger ? 0 : 1).ToArray();

    public IReadOnlyList<BindingDefinition> Outputs { get; } = Bindings.Where(b => b.IsOutput).ToArray();

    public bool IsHttp => Trigger.Is("httpTrigger");

    /// <summary>Only such a function is ever forwarded or proxied; any other gets the JSON invocation.</summary>
    public bool IsHttpInAndOut => IsHttp && Inputs.Count == 1 && Outputs.Count == 1 && Outputs[0].Is("http");

    /// <summary>HTTP and timers are built into the real host; other bindings come with the bundle.</summary>
    public bool NeedsExtensionBundle => Bindings.Any(b => !b.Is("httpTrigger") && !b.Is("http") && !b.Is("timerTrigger"));

    public string LogCategory => $"Function.{Name}";
}
