using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Timers;

namespace RoadSeg.LocalHost.Tests;

public sealed class TimerTests(AzuriteFixture azurite)
{
    [Fact, Trait("Contract", "15")]
    public async Task A_monitored_timer_sends_its_schedule_status_and_only_sys_as_metadata()
    {
        await using var app = await Timer("0 0 0 1 1 *", "\"runOnStartup\":true");
        var body = Body((await app.RequestsAsync(1, "Sweep"))[0]);
        Assert.Matches("""
            ^\{"Data":\{"timer":\{"Schedule":\{"AdjustForDST":true\},"ScheduleStatus":\{"Last":"0001-01-01T00:00:00(\+00:00)?","Next":"\d{4}-01-01T00:00:00[+-]\d\d:\d\d","LastUpdated":"[^"]+"\},"IsPastDue":false\}\},"Metadata":\{"sys":\{"MethodName":"Sweep","UtcNow":"[^"]+Z","RandGuid":"[^"]+"\}\}\}$
            """.Trim(), body);
    }

    [Theory, Trait("Contract", "15")]
    [InlineData("0 0 0 1 1 *", "\"runOnStartup\":true,\"useMonitor\":false")]
    [InlineData("00:00:30", "\"runOnStartup\":true")]
    [InlineData("*/10 * * * * *", "\"runOnStartup\":true")]
    public async Task A_timer_that_is_not_monitored_or_runs_more_often_than_each_minute_has_no_status(string schedule, string more)
    {
        await using var app = await Timer(schedule, more);
        var timer = JObject.Parse(Body((await app.RequestsAsync(1, "Sweep"))[0]))["Data"]!["timer"]!;
        Assert.Equal("""{"Schedule":{"AdjustForDST":true},"ScheduleStatus":null,"IsPastDue":false}""", timer.ToString(Formatting.None));
    }

    [Fact]
    public async Task A_timer_fires_by_its_schedule_again_and_again()
    {
        await using var app = await Timer("* * * * * *", "");
        await app.RequestsAsync(3, "Sweep");
    }

    [Fact]
    public async Task An_occurrence_missed_while_the_host_was_down_runs_at_once_and_is_past_due()
    {
        var hostId = $"h{Guid.NewGuid():N}";
        var last = DateTime.SpecifyKind(TimeProvider.System.GetLocalNow().DateTime.AddMinutes(-10), DateTimeKind.Local);
        var store = new TimerStatusStore(new Azure.Storage.Blobs.BlobServiceClient(azurite.ConnectionString), hostId);
        await store.WriteAsync("Sweep", new TimerStatus(last, last.AddMinutes(5), last));

        await using var app = await Timer("00:05:00", "", hostId);
        var timer = JObject.Parse(Body((await app.RequestsAsync(1, "Sweep"))[0]))["Data"]!["timer"]!;
        Assert.True((bool)timer["IsPastDue"]!);
        await Eventually.TrueAsync(async () => (await store.ReadAsync("Sweep"))!.Last > last, "the stored status");
    }

    [Fact]
    public async Task A_new_schedule_does_not_count_what_the_old_one_missed()
    {
        var hostId = $"h{Guid.NewGuid():N}";
        var last = DateTime.SpecifyKind(TimeProvider.System.GetLocalNow().DateTime.AddDays(-2), DateTimeKind.Local);
        var store = new TimerStatusStore(new Azure.Storage.Blobs.BlobServiceClient(azurite.ConnectionString), hostId);
        await store.WriteAsync("Sweep", new TimerStatus(last, last.AddHours(7), last));

        await using var app = await Timer("01:00:00", "", hostId);
        await Eventually.TrueAsync(async () => (await store.ReadAsync("Sweep"))!.Last == TimerStatus.Never, "the rewritten status");
        Assert.Empty(app.Requests("Sweep"));
    }

    [Theory]
    [InlineData("0 */5 * * * *", "2026-03-01T10:02:03", "2026-03-01T10:05:00")]
    [InlineData("*/5 * * * *", "2026-03-01T10:02:03", "2026-03-01T10:05:00")]
    [InlineData("30 0 12 * * mon-fri", "2026-03-01T10:00:00", "2026-03-02T12:00:30")]
    [InlineData("00:10:00", "2026-03-01T10:02:03", "2026-03-01T10:12:03")]
    public void Schedules_have_six_fields_or_five_or_are_time_spans(string expression, string now, string next) =>
        Assert.Equal(DateTime.Parse(next), TimerSchedule.Parse(expression).Next(DateTime.Parse(now)));

    [Theory]
    [InlineData("every minute")]
    [InlineData("99 * * * * *")]
    [InlineData("-00:01:00")]
    public void Anything_else_is_refused(string expression) => Assert.Throws<FormatException>(() => TimerSchedule.Parse(expression));

    private async Task<TestApp> Timer(string schedule, string more, string? hostId = null)
    {
        var app = TestApp.With(azurite).Function("Sweep", $$"""[{"type":"timerTrigger","name":"timer","schedule":"%SCHEDULE%"{{(more.Length > 0 ? "," + more : "")}}}]""");
        app.Settings["SCHEDULE"] = schedule;
        app.Settings["AzureFunctionsWebHost__hostid"] = hostId ?? $"h{Guid.NewGuid():N}";
        return await app.StartAsync();
    }

    private static string Body(TestHandler.RecordedRequest request) => Encoding.UTF8.GetString(request.Body);
}
