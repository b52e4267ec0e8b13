using System.Text;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Clips;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Clips;

public sealed class ClipToolTests
{
    private static readonly ToolLimits Limits = new(1L << 30, TimeSpan.FromSeconds(1), 1);

    [Fact]
    public async Task A_tool_has_its_limits_and_nothing_of_our_environment()
    {
        await using var tool = Shell("ulimit -v; ulimit -t; ulimit -f; ulimit -n; ulimit -c; echo \"[$HOME$PATH_TO_SECRETS]\"");

        var said = new byte[1000];
        var read = await tool.InTimeAsync(async () => await tool.Output.ReadAtLeastAsync(said, said.Length, throwOnEndOfStream: false), TestContext.Current.CancellationToken);

        Assert.Equal($"{1 << 20}\n1\n0\n64\n0\n[]\n", Encoding.UTF8.GetString(said, 0, read));
    }

    [Fact]
    public async Task One_that_takes_too_long_is_killed_by_who_waits_for_it()
    {
        var time = new FakeTimeProvider();
        await using var tool = Shell("exec sleep 1000", time);

        var end = Videos.RefusedAsync(() => tool.EndAsync(TestContext.Current.CancellationToken), ErrorCodes.ClipTookTooLong);
        time.Advance(TimeSpan.FromSeconds(1));

        await end;
        Assert.False(Directory.Exists($"/proc/{tool.Id}/fd/0"));
    }

    [Fact]
    public async Task One_that_computes_too_long_is_killed_by_the_system()
    {
        await using var tool = Shell("while :; do :; done", new FakeTimeProvider());

        await Videos.RefusedAsync(() => tool.EndAsync(TestContext.Current.CancellationToken), ErrorCodes.ClipTookTooLong);
    }

    [Fact]
    public async Task A_folder_without_the_programs_is_told_of_with_what_to_install()
    {
        using var folder = new TempFolder();

        var missing = await Assert.ThrowsAsync<RoadSegException>(() => Task.FromResult(FfmpegTools.Find(folder.Path)));

        Assert.Equal(ErrorCodes.ClipToolsMissing, missing.Code);
        Assert.Contains("apt install ffmpeg", missing.Message, StringComparison.Ordinal);
    }

    private static ClipTool Shell(string script, TimeProvider? time = null) =>
        ClipTool.Start(Ffmpeg.Tools, "/bin/sh", ["-c", script], Limits, time ?? TimeProvider.System);
}
