using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Batches;
using RoadSeg.Functions.Clips;
using RoadSeg.Functions.Datasets;
using RoadSeg.Functions.Models;
using RoadSeg.Functions.Privacy;
using RoadSeg.Functions.Webhooks;
using RoadSeg.Functions.Work;
using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;
using RoadSeg.Redaction;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Hosting;

/// <summary>What settings are without being set, and how far they go: as docs/operations.md lists them.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("ROADSEG_UPLOAD_VALID", "00:05:00", "00:00:01", "00:10:00")]
    [InlineData("ROADSEG_UPLOAD_GRACE", "00:10:00", "00:00:00", "1.00:00:00")]
    [InlineData("ROADSEG_LEASE", "00:12:00", "00:00:01", "1.00:00:00")]
    [InlineData("ROADSEG_DEADLINE", "1.00:00:00", "00:00:01", "7.00:00:00")]
    [InlineData("ROADSEG_SWEEP_AFTER", "00:00:30", "00:00:00", "01:00:00")]
    [InlineData("ROADSEG_KEEP_UPLOADS", "7.00:00:00", "00:00:01", "3650.00:00:00")]
    [InlineData("ROADSEG_KEEP_RESULTS", "30.00:00:00", "00:00:01", "3650.00:00:00")]
    [InlineData("ROADSEG_KEEP_TRAININGS", "90.00:00:00", "1.00:00:00", "3650.00:00:00")]
    [InlineData("ROADSEG_KEEP_UNFINISHED", "7.00:00:00", "2.00:00:00", "3650.00:00:00")]
    [InlineData("ROADSEG_WEBHOOK_TIMEOUT", "00:00:10", "00:00:00.0100000", "00:01:00")]
    [InlineData("ROADSEG_WEBHOOK_FIRST_DELAY", "00:00:05", "00:00:00.0100000", "01:00:00")]
    [InlineData("ROADSEG_WEBHOOK_STEADY_DELAY", "00:00:50", "00:00:00.0100000", "01:00:00")]
    [InlineData("ROADSEG_WEBHOOK_STEADY_FOR", "00:40:00", "00:00:00", "1.00:00:00")]
    [InlineData("ROADSEG_WEBHOOK_GIVE_UP_AFTER", "1.00:00:00", "00:00:00", "5.00:00:00")]
    [InlineData("ROADSEG_WEBHOOK_PAUSE", "00:00:20", "00:00:00.0100000", "01:00:00")]
    [InlineData("ROADSEG_MODEL_POLL", "00:00:10", "00:00:00.1000000", "01:00:00")]
    [InlineData("ROADSEG_INGEST_BUDGET", "00:09:00", "00:00:01", "1.00:00:00")]
    public void A_duration_has_its_default_and_is_taken_from_the_least_to_the_most(string name, string standard, string least, string most)
    {
        var (from, to) = (Span(least), Span(most));
        Assert.Equal(Span(standard), Duration(name, null));
        foreach (var value in (TimeSpan[])[from, to])
            Assert.Equal(value, Duration(name, value.ToString("c", CultureInfo.InvariantCulture)));
        foreach (var value in (TimeSpan[])[from - TimeSpan.FromTicks(1), to + TimeSpan.FromTicks(1)])
        {
            var refused = Assert.Throws<InvalidOperationException>(() => Duration(name, value.ToString("c", CultureInfo.InvariantCulture)));
            Assert.StartsWith($"{name} is '", refused.Message, StringComparison.Ordinal);
        }
    }

    // Each deletes what is the users' own: none of it without its own setting.
    [Theory]
    [InlineData("ROADSEG_KEEP_DATASETS")]
    [InlineData("ROADSEG_KEEP_CURATED")]
    [InlineData("ROADSEG_KEEP_MODELS")]
    public void What_users_made_is_kept_unless_its_own_setting_says_how_long(string name)
    {
        foreach (var (value, days) in ((string?, double?)[])[(null, null), ("1.00:00:00", 1), ("3650.00:00:00", 3650)])
        {
            var kept = WorkOptions.Read(With(name, value));
            (string Name, TimeSpan? Kept)[] all =
            [
                ("ROADSEG_KEEP_DATASETS", kept.KeepDatasets),
                ("ROADSEG_KEEP_CURATED", kept.KeepCurated),
                ("ROADSEG_KEEP_MODELS", kept.KeepModels),
            ];
            Assert.All(all, one => Assert.Equal(one.Name == name ? days : null, one.Kept?.TotalDays));
        }

        foreach (var value in (string[])["23:59:59", "3650.00:00:01", "never"])
        {
            var refused = Assert.Throws<InvalidOperationException>(() => WorkOptions.Read(With(name, value)));
            Assert.StartsWith($"{name} is '", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ROADSEG_INTERACTIVE_JOBS", 16, 0, 1_000_000)]
    [InlineData("ROADSEG_MAX_LIVE_JOBS", 20_000, 1, 1_000_000)]
    [InlineData("ROADSEG_BATCH_WINDOW", 1000, 1, 100_000)]
    [InlineData("ROADSEG_MAX_BATCHES", 20, 1, 1000)]
    [InlineData("ROADSEG_CLIP_MAX_BYTES", 1L << 30, 1 << 20, 64L << 30)]
    [InlineData("ROADSEG_MAX_QUEUED", 100_000, 1, 100_000_000)]
    [InlineData("ROADSEG_THREADS", 0, 0, 256)]
    [InlineData("ROADSEG_MODELS_LOADED", 2, 1, 8)]
    [InlineData("ROADSEG_INGEST_UNPACKED", 20L << 30, 1 << 20, 10L << 40)]
    [InlineData("ROADSEG_WEBHOOK_ALLOW_LOOPBACK", 0, 0, 1)]
    public void A_number_has_its_default_and_is_taken_from_the_least_to_the_most(string name, long standard, long least, long most)
    {
        Assert.Equal(standard, Number(name, null));
        foreach (var value in (long[])[least, most])
            Assert.Equal(value, Number(name, value));
        foreach (var value in (long[])[least - 1, most + 1])
            Assert.Throws<InvalidOperationException>(() => Number(name, value));
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("redact", null, JobPrivacy.Redact)]
    [InlineData("no-location,redact", "car, people", JobPrivacy.Redact | JobPrivacy.NoLocation)]
    public void What_is_demanded_of_every_photo_is_words_with_commas(string? privacy, string? classes, JobPrivacy? demanded)
    {
        var policy = Of<PrivacyPolicy>(("ROADSEG_PRIVACY", privacy), ("ROADSEG_REDACT", classes));

        Assert.Equal(demanded, policy.Demanded);
        Assert.Equal(classes?.Split(", "), policy.Classes);
        Assert.Throws<InvalidOperationException>(() => Of<PrivacyPolicy>(("ROADSEG_PRIVACY", "everything")));
        Assert.Throws<InvalidOperationException>(() => Of<PrivacyPolicy>(("ROADSEG_REDACT", "car")));
        Assert.Throws<InvalidOperationException>(() => Of<RedactionRule>(("ROADSEG_REDACT_MARGIN", "0.2")));
        Assert.Throws<InvalidOperationException>(() => Of<RedactionRule>(("ROADSEG_REDACT_PROBABILITY", "0")));
        Assert.Equal(new RedactionRule(), Of<RedactionRule>());

        static T Of<T>(params (string Name, string? Value)[] settings)
        {
            var services = new ServiceCollection();
            services.AddPrivacy(new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => setting.Value)).Build());
            return (T)services.Single(service => service.ServiceType == typeof(T)).ImplementationInstance!;
        }
    }

    [Theory]
    [InlineData("cpu", ExecutionProvider.Cpu)]
    [InlineData("CUDA", ExecutionProvider.Cuda)]
    public void A_provider_is_one_of_the_two(string text, ExecutionProvider provider)
    {
        Assert.Equal(provider, ModelOptions.Read(With("ROADSEG_PROVIDER", text)).Engine.Provider);
        Assert.Equal(text.ToLowerInvariant(), ModelOptions.NameOf(provider));
        Assert.Throws<InvalidOperationException>(() => ModelOptions.Read(With("ROADSEG_PROVIDER", text + "x")));
        Assert.Throws<InvalidOperationException>(() => ModelOptions.Read(With("ROADSEG_PROVIDER", "7")));
    }

    [Theory]
    [InlineData("FP16", Precision.Fp16)]
    [InlineData(null, Precision.Fp32)]
    public void A_precision_is_one_of_the_three(string? text, Precision precision)
    {
        Assert.Equal(precision, ModelOptions.Read(With("ROADSEG_PRECISION", text)).Engine.Precision);
        Assert.Throws<InvalidOperationException>(() => ModelOptions.Read(With("ROADSEG_PRECISION", "fp8")));
        Assert.Throws<InvalidOperationException>(() => ModelOptions.Read(With("ROADSEG_PRECISION", "7")));
    }

    [Fact]
    public void Folders_have_their_defaults()
    {
        Assert.Equal(Path.Combine(AppContext.BaseDirectory, "models", "default"), ModelOptions.Read(With("ROADSEG_MODEL", "")).Folder);
        Assert.Equal("here", ModelOptions.Read(With("ROADSEG_MODEL", "here")).Folder);
        Assert.Equal(Path.Combine(Path.GetTempPath(), "roadseg-models"), ModelOptions.Read(With("ROADSEG_MODEL_CACHE", "")).Cache);
        Assert.Equal(Path.GetFullPath("cache"), ModelOptions.Read(With("ROADSEG_MODEL_CACHE", "cache")).Cache);
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    public void A_secret_has_24_to_64_bytes(int bytes, bool good)
    {
        var setting = With("ROADSEG_WEBHOOK_SECRETS", "whsec_" + Convert.ToBase64String(new byte[bytes]));
        if (good)
            Assert.Equal(bytes, Assert.Single(WebhookOptions.Read(setting).Secrets).Length);
        else
            Assert.Throws<InvalidOperationException>(() => WebhookOptions.Read(setting));
    }

    [Fact]
    public void Storage_is_opened_by_a_connection_string_an_account_name_or_the_addresses_of_its_services()
    {
        Assert.Equal("devstoreaccount1", Open(("AzureWebJobsStorage", "UseDevelopmentStorage=true")).Blobs.AccountName);
        var byName = Open(("AzureWebJobsStorage__accountName", "roads"));
        Assert.Equal(("https://roads.blob.core.windows.net/", "https://roads.queue.core.windows.net/"), (byName.Blobs.Uri.ToString(), byName.Queues.Uri.ToString()));
        var byAddress = Open(
            ("AzureWebJobsStorage__blobServiceUri", "https://blobs.example.com/"), ("AzureWebJobsStorage__queueServiceUri", "https://queues.example.com/"), ("AzureWebJobsStorage__accountName", "roads"));
        Assert.Equal(("https://blobs.example.com/", "https://queues.example.com/"), (byAddress.Blobs.Uri.ToString(), byAddress.Queues.Uri.ToString()));
        Assert.Contains("AzureWebJobsStorage", Assert.Throws<InvalidOperationException>(() => Open()).Message, StringComparison.Ordinal);

        static StorageAccount Open(params (string Name, string Value)[] settings) => StorageAccount.Open(name => settings.FirstOrDefault(setting => setting.Name == name).Value);
    }

    private static TimeSpan Duration(string name, string? value)
    {
        var settings = With(name, value);
        var (jobs, webhooks) = (WorkOptions.Read(settings), WebhookOptions.Read(settings));
        return name switch
        {
            "ROADSEG_UPLOAD_VALID" => jobs.UploadValid,
            "ROADSEG_UPLOAD_GRACE" => jobs.UploadGrace,
            "ROADSEG_LEASE" => jobs.Lease,
            "ROADSEG_DEADLINE" => jobs.Deadline,
            "ROADSEG_SWEEP_AFTER" => jobs.SweepAfter,
            "ROADSEG_KEEP_UPLOADS" => jobs.KeepUploads,
            "ROADSEG_KEEP_RESULTS" => jobs.KeepResults,
            "ROADSEG_KEEP_TRAININGS" => jobs.KeepTrainings,
            "ROADSEG_KEEP_UNFINISHED" => jobs.KeepUnfinished,
            "ROADSEG_WEBHOOK_TIMEOUT" => webhooks.Timeout,
            "ROADSEG_WEBHOOK_FIRST_DELAY" => webhooks.FirstDelay,
            "ROADSEG_WEBHOOK_STEADY_DELAY" => webhooks.SteadyDelay,
            "ROADSEG_WEBHOOK_STEADY_FOR" => webhooks.SteadyFor,
            "ROADSEG_WEBHOOK_GIVE_UP_AFTER" => webhooks.GiveUpAfter,
            "ROADSEG_WEBHOOK_PAUSE" => webhooks.Pause,
            "ROADSEG_MODEL_POLL" => ModelOptions.Read(settings).Poll,
            _ => IngestOptions.Read(settings).Budget,
        };
    }

    private static long Number(string name, long? value)
    {
        var settings = With(name, value?.ToString(CultureInfo.InvariantCulture));
        return name switch
        {
            "ROADSEG_INTERACTIVE_JOBS" => WorkOptions.Read(settings).InteractiveJobs,
            "ROADSEG_MAX_LIVE_JOBS" => WorkOptions.Read(settings).MaxLiveJobs,
            "ROADSEG_BATCH_WINDOW" => BatchOptions.Read(settings).Window,
            "ROADSEG_CLIP_MAX_BYTES" => ClipSettings.Read(settings).MaxBytes,
            "ROADSEG_MAX_BATCHES" => BatchOptions.Read(settings).MaxLive,
            "ROADSEG_MAX_QUEUED" => WorkOptions.Read(settings).MaxQueued,
            "ROADSEG_THREADS" => ModelOptions.Read(settings).Engine.IntraOpThreads,
            "ROADSEG_MODELS_LOADED" => ModelOptions.Read(settings).Kept,
            "ROADSEG_INGEST_UNPACKED" => IngestOptions.Read(settings).Archive.MaxTotalBytes,
            _ => WebhookOptions.Read(settings).AllowLoopback ? 1 : 0,
        };
    }

    private static TimeSpan Span(string text) => TimeSpan.ParseExact(text, "c", CultureInfo.InvariantCulture);

    private static IConfigurationRoot With(string name, string? value) => new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { [name] = value }).Build();
}
