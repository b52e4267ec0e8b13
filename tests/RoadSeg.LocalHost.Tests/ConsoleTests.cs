using Microsoft.Extensions.Logging;
using RoadSeg.TestHandler;

namespace RoadSeg.LocalHost.Tests;

public sealed class ConsoleTests
{
    [Fact]
    public async Task Console_lines_are_routed_by_stream_and_prefix()
    {
        await using var app = new TestApp().Http("Hello");
        app.Script = new Script
        {
            Output = ["plain line", "LanguageWorkerConsoleLogsystem line", "azfuncjsonlog:{\"a\":1}"],
            ErrorOutput = ["something broke", "Warning: nearly broke"],
        };
        await app.StartAsync();
        await app.LoggedAsync("nearly broke");
        await app.LoggedAsync("azfuncjsonlog");
        Assert.Contains(new LogLine("Host.Function.Console", LogLevel.Information, "plain line"), app.Logs.Lines);
        Assert.Contains(new LogLine("Host.Worker", LogLevel.Information, "system line"), app.Logs.Lines);
        Assert.Contains(new LogLine("Host.Function.ToolingConsoleLog", LogLevel.Information, "azfuncjsonlog:{\"a\":1}"), app.Logs.Lines);
        Assert.Contains(new LogLine("Host.Function.Console", LogLevel.Error, "something broke"), app.Logs.Lines);
        Assert.Contains(new LogLine("Host.Function.Console", LogLevel.Warning, "Warning: nearly broke"), app.Logs.Lines);
    }

    [Fact]
    public async Task With_errors_only_off_stderr_is_judged_by_its_words()
    {
        await using var app = new TestApp().Http("Hello");
        app.CustomHandler["description"]!["useStdErrorStreamForErrorsOnly"] = false;
        app.Script = new Script { ErrorOutput = ["listening", "it failed"] };
        await app.StartAsync();
        await app.LoggedAsync("it failed");
        Assert.Contains(new LogLine("Host.Function.Console", LogLevel.Information, "listening"), app.Logs.Lines);
        Assert.Contains(new LogLine("Host.Function.Console", LogLevel.Error, "it failed"), app.Logs.Lines);
    }
}
