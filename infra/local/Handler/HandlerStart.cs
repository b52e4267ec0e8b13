using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using RoadSeg.LocalHost.Configuration;

namespace RoadSeg.LocalHost.Handler;

/// <summary>The exact command line, folder and environment of one handler process.</summary>
internal static partial class HandlerStart
{
    public const string PortName = "FUNCTIONS_CUSTOMHANDLER_PORT";
    public const string LegacyPortName = "FUNCTIONS_HTTPWORKER_PORT";
    public const string WorkerIdName = "FUNCTIONS_CUSTOMHANDLER_WORKER_ID";
    public const string LegacyWorkerIdName = "FUNCTIONS_HTTPWORKER_ID";
    public const string AppRootName = "FUNCTIONS_APP_ROOT_PATH";

    /// <summary>The names the host sets itself; an inherited value of theirs never reaches the handler.</summary>
    public static readonly string[] OwnNames = [PortName, LegacyPortName, WorkerIdName, LegacyWorkerIdName, AppRootName];

    public static ProcessStartInfo Describe(CustomHandlerOptions options, HostSettings settings, string scriptRoot, int port, string workerId)
    {
        var portText = port.ToString(CultureInfo.InvariantCulture);
        string[] ownValues = [portText, portText, workerId, workerId, scriptRoot];

        var executable = options.ExecutablePath;
        var arguments = Arguments(options, settings);
        foreach (var (name, value) in OwnNames.Zip(ownValues))
        {
            executable = executable.Replace($"%{name}%", value, StringComparison.Ordinal);
            arguments = arguments.Replace($"%{name}%", value, StringComparison.Ordinal);
        }

        var start = new ProcessStartInfo(executable)
        {
            Arguments = Unresolved().Replace(arguments, ""),
            WorkingDirectory = options.WorkingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment.Clear();
        foreach (var (name, value) in settings.Environment) start.Environment[name] = value;
        foreach (var (name, value) in OwnNames.Zip(ownValues)) start.Environment[name] = value;
        return start;
    }

    // One string without added quotes, as the real host builds it: an argument with a space must bring its own.
    private static string Arguments(CustomHandlerOptions options, HostSettings settings)
    {
        var text = new StringBuilder();
        foreach (var argument in options.Arguments) text.Append(' ').Append(settings.ExpandEnvironment(argument));
        if (options.WorkerPath is { } path) text.Append(" \"").Append(path).Append('"');
        foreach (var argument in options.WorkerArguments) text.Append(' ').Append(settings.ExpandEnvironment(argument));
        return text.ToString();
    }

    [GeneratedRegex("%(.+?)%")]
    private static partial Regex Unresolved();
}
