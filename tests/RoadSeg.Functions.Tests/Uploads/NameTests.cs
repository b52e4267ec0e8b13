using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Files;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Names that people and machines give to photos, tags and sets: they come back as they were given, or are refused by
/// name.</summary>
public sealed class NameTests(ServiceFixture fixture)
{
    private static readonly string[] Odd =
    [
        "100%.jpg", "50%25.jpg", "a%2Fb.jpg", "\uD83D\uDE97 street.jpg", "\u00E9.jpg", "e\u0301.jpg", "UPPER.JPG", "upper.jpg", "trailing.",
            "trailing ", "trailing. ", " leading.jpg",
        "#?&=+;,.jpg", "quote'\"<>.jpg", "back\\slash.jpg", "{brace}.jpg", "\u05E9\u05DC\u05D5\u05DD\u200F.jpg", "\uFFFD.jpg", "CON",
            "..jpg", "...", "-rf", "$HOME", "=1+1", "a:b", "null",
    ];

    public static TheoryData<string> Names => [.. Odd];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_file_name_is_shown_as_it_was_given_in_a_query_in_json_and_in_a_form(string name)
    {
        using var queried = await PostAsync($"fileName={Uri.EscapeDataString(name)}");
        var ticket = await Service.Client.IssueUploadKeyAsync(new UploadRequest { FileName = name }, cancel: Cancel);

        Assert.Equal(name, (await JobAsync(queried)).FileName);
        Assert.Equal(name, (await Service.Client.GetAsync(ticket.Id, Cancel)).FileName);
        Assert.Equal(name, (await JobAsync(await FormAsync($"filename*=UTF-8''{Uri.EscapeDataString(name)}"))).FileName);

        // Without the star a quoted string has escapes of its own, which clients write differently.
        if (!name.AsSpan().ContainsAny('"', '\\'))
            Assert.Equal(name, (await JobAsync(await FormAsync($"filename=\"{name}\""))).FileName);
    }

    [Fact]
    public async Task A_name_of_1024_characters_is_cut_to_255_and_never_inside_of_one()
    {
        foreach (var (name, shown) in new[]
        {
            (new string('x', 1024), new string('x', 255)),
            ("a" + string.Concat(Enumerable.Repeat("\uD83D\uDE97", 600)), "a" + string.Concat(Enumerable.Repeat("\uD83D\uDE97", 127))),
            (string.Concat(Enumerable.Repeat("\uD83D\uDE97", 600)), string.Concat(Enumerable.Repeat("\uD83D\uDE97", 127))),
            ("a\0b\r\nc\u0085d", "abcd"),
            ("\n", null),
        })
        {
            var ticket = await Service.Client.IssueUploadKeyAsync(new UploadRequest { FileName = name }, cancel: Cancel);
            Assert.Equal(shown, (await Service.Client.GetAsync(ticket.Id, Cancel)).FileName);
            await Service.Client.CancelAsync(ticket.Id, Cancel);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_dropped_photo_is_found_by_its_name_and_shows_it(string name)
    {
        // Storage itself reads a backslash as a step between folders.
        var stored = name.Replace('\\', '_');
        var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), $"tests/{Guid.NewGuid()}/{stored}");

        Assert.Equal((JobState.Succeeded, stored), (job.State, job.FileName));
    }

    [Fact]
    public async Task Dropped_photos_whose_names_differ_in_case_or_Unicode_form_alone_have_a_job_each()
    {
        var folder = $"tests/{Guid.NewGuid()}";
        var ids = new HashSet<WorkId>();
        foreach (var name in (string[])["a.jpg", "A.jpg", "\u00E9.jpg", "e\u0301.jpg", "%C3%A9.jpg"])
        {
            var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), $"{folder}/{name}");
            Assert.Equal((JobState.Succeeded, name), (job.State, job.FileName));
            Assert.True(ids.Add(job.Id));
        }
    }

    [Fact]
    public async Task A_dropped_photo_of_the_longest_name_that_storage_takes_is_segmented()
    {
        var start = $"tests/{Guid.NewGuid()}/";
        foreach (var name in (string[])[new string('x', 1024 - start.Length), string.Join('/', Enumerable.Repeat(new string('y', 199), 4))])
        {
            var job = await Service.DroppedAsync(Photos.Fixture("grey.jpg"), start + name);
            Assert.Equal(JobState.Succeeded, job.State);
            Assert.InRange(job.FileName!.Length, 1, 255);
            Assert.Equal(HttpStatusCode.OK, (await Service.Api.GetAsync(new Uri(job.Links["mask"], UriKind.Relative), Cancel)).StatusCode);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_tags_value_comes_back_as_it_was_given(string value)
    {
        using var queried = await PostAsync($"tag=note:{Uri.EscapeDataString(value)}");
        var tags = new Dictionary<string, string> { ["note"] = value };
        var ticket = await Service.Client.IssueUploadKeyAsync(new UploadRequest { Tags = tags }, cancel: Cancel);

        Assert.Equal(value, (await JobAsync(queried)).Tags!["note"]);
        Assert.Equal(value, (await Service.Client.GetAsync(ticket.Id, Cancel)).Tags!["note"]);
        await Service.Client.CancelAsync(ticket.Id, Cancel);
    }

    [Theory]
    [InlineData("{\"tags\":{\"\u00E9\":\"a\"}}")]
    [InlineData("{\"tags\":{\"\":\"a\"}}")]
    [InlineData("{\"tags\":{\"a b\":\"a\"}}")]
    [InlineData("{\"tags\":{\"a\":null}}")]
    [InlineData("{\"tags\":{\"a\":\"\\ud83d\"}}")]
    [InlineData("{\"tags\":{\"\\ud83d\":\"a\"}}")]
    [InlineData("{\"fileName\":\"\\ude97.jpg\"}")]
    [InlineData("{\"model\":\"\\ude97\"}")]
    public async Task Names_that_no_record_can_hold_are_refused_in_words(string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await Service.Api.PostAsync(new Uri("/v1/uploads", UriKind.Relative), content, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("request-invalid", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_set_of_odd_names_is_checked_as_folders_and_as_a_zip()
    {
        using var scratch = new TempFolder();
        // Archives refuse a colon, which is a drive or a stream to Windows, and a backslash, by name.
        string[] names = [.. Odd.Select((name, i) => (i.ToString(CultureInfo.InvariantCulture) + name.Replace('\\', '_').Replace(':', '_')))];
        var set = Directory.CreateDirectory(Path.Combine(scratch.Path, "set")).FullName;
        foreach (var (name, split) in names.Select((name, i) => (name, i % 3 == 0 ? "val" : "train")))
        {
            Directory.CreateDirectory(Path.Combine(set, split));
            Directory.CreateDirectory(Path.Combine(set, split + "annot"));
            var pixels = new byte[3 * 24 * 16];
            new Random(name.Length + (name[0] * 100)).NextBytes(pixels);
            await File.WriteAllBytesAsync(Path.Combine(set, split, name + ".png"), PhotoEncoder.Png(new RgbImage(24, 16, pixels)), Cancel);
            await File.WriteAllBytesAsync(
                Path.Combine(set, split + "annot", name + ".png"),
                    GrayPng.Encode([.. Enumerable.Range(0, 24 * 16).Select(p => (byte)(p % 11))], 24, 16), Cancel);
        }

        var zipped = Directory.CreateDirectory(Path.Combine(scratch.Path, "zipped")).FullName;
        await ZipFile.CreateFromDirectoryAsync(set, Path.Combine(zipped, "all.zip"), Cancel);
        foreach (var folder in (string[])[set, zipped])
        {
            var name = $"names-{Guid.NewGuid():N}"[..20];
            var spec = new DatasetSpec { Name = name, Layout = "camvid", Target = new PreprocessSpec(ResizeMode.Stretch, 16, 16, 1) };
            var sent = await new DatasetPush(Service.Blobs.GetBlobContainerClient(Containers.Datasets)).UploadAsync(folder, spec, null,
                Cancel);
            var view = await Service.Client.WaitForDatasetAsync(name, sent.Drop, TimeSpan.FromMinutes(2), null, Cancel);
            var report = await Service.Client.GetDatasetReportAsync(name, null, Cancel);

            Assert.True(view.State == DatasetState.Ready, $"{folder}: {view.Failure?.Message}");
            Assert.Equal(names.Length, report.Pairs);
            Assert.DoesNotContain(report.Faults, fault =>
                fault.Kind is FaultKind.ImageUnreadable or FaultKind.ImageWithoutMask);
        }
    }

    private async Task<HttpResponseMessage> PostAsync(string query)
    {
        using var photo = new ByteArrayContent(Photos.Fixture("grey.jpg")) { Headers = { ContentType = new("image/jpeg") } };
        return await Service.Api.PostAsync(new Uri($"/v1/jobs?{query}", UriKind.Relative), photo, Cancel);
    }

    private async Task<HttpResponseMessage> FormAsync(string fileName)
    {
        byte[] form =
        [
            .. Encoding.UTF8.GetBytes(
                $"--b\r\nContent-Disposition: form-data; name=\"file\"; {fileName}\r\nContent-Type: image/jpeg\r\n\r\n"),
            .. Photos.Fixture("grey.jpg"), .. "\r\n--b--\r\n"u8,
        ];
        using var body = new ByteArrayContent(form);
        body.Headers.TryAddWithoutValidation("Content-Type", "multipart/form-data; boundary=b");
        return await Service.Api.PostAsync(new Uri("/v1/jobs", UriKind.Relative), body, Cancel);
    }

    // Canceled at once: the machine has other work than these photos.
    private async Task<JobView> JobAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.StatusCode == HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync(Cancel));
        var job = JsonSerializer.Deserialize(await answer.Content.ReadAsByteArrayAsync(Cancel), JobJson.Default.JobView)!;
        await Service.Client.CancelAsync(job.Id, Cancel);
        return job;
    }
}
