using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Tests.Results;

/// <summary>What goes with a result: a name to save it under, fewer bytes where it is text, and a form that readers of GeoJSON take.</summary>
public sealed class ResultHeaderTests(ServiceFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private WholeService Service => fixture.Service;

    [Theory]
    [InlineData("mask", "str\u00E4\u00DFe-mask.png")]
    [InlineData("overlay?format=webp", "str\u00E4\u00DFe-overlay.webp")]
    [InlineData("summary", "str\u00E4\u00DFe-summary.json")]
    [InlineData("polygons?format=geojson", "str\u00E4\u00DFe-polygons.geojson")]
    public async Task A_result_is_saved_under_the_photos_name(string result, string name)
    {
        var job = await SubmittedAsync("str\u00E4\u00DFe.jpg");

        using var answer = await Service.SendAsync(HttpMethod.Get, $"/v1/jobs/{job.Id}/{result}");
        using var head = await Service.SendAsync(HttpMethod.Head, $"/v1/jobs/{job.Id}/{result}");

        Assert.Equal(("inline", name), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Equal(answer.Content.Headers.ContentDisposition, head.Content.Headers.ContentDisposition);
    }

    [Theory]
    [InlineData("../../etc/pass\"wd\r\n.jpg")]
    [InlineData("a;b=\"c\".png")]
    public async Task A_name_of_any_characters_stays_one_header_and_no_path(string name)
    {
        var job = await SubmittedAsync(name);

        using var answer = await Service.SendAsync(HttpMethod.Get, job.Links["mask"]);

        var saved = answer.Content.Headers.ContentDisposition!;
        Assert.EndsWith("-mask.png", saved.FileNameStar, StringComparison.Ordinal);
        Assert.DoesNotContain('/', saved.FileNameStar!);
        Assert.DoesNotContain('\n', saved.ToString());
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task Text_goes_compressed_to_who_takes_it_so_and_is_the_same(string encoding)
    {
        var job = await SubmittedAsync("street.jpg");
        var plain = await Service.GetAsync(job.Links["polygons"]);

        using var answer = await AskAsync(job.Links["polygons"], encoding);

        var sent = await answer.Content.ReadAsByteArrayAsync(Cancel);
        Assert.Equal([encoding], answer.Content.Headers.ContentEncoding);
        Assert.True(sent.Length * 2 < plain.Length, $"{sent.Length} of {plain.Length} bytes");
        await using Stream stream = encoding == "br" ? new BrotliStream(new MemoryStream(sent), CompressionMode.Decompress) : new GZipStream(new MemoryStream(sent), CompressionMode.Decompress);
        using var read = new MemoryStream();
        await stream.CopyToAsync(read, Cancel);
        Assert.Equal(plain, read.ToArray());

        // Its ETag is weak: no range of other bytes can be asked for by it. It is known all the same.
        Assert.True(answer.Headers.ETag!.IsWeak);
        Assert.Contains("Accept-Encoding", answer.Headers.Vary);
        Assert.Contains("x-functions-key", answer.Headers.Vary);
        using var again = await AskAsync(job.Links["polygons"], encoding, answer.Headers.ETag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task A_part_of_a_text_and_pictures_are_sent_as_they_are()
    {
        var job = await SubmittedAsync("street.jpg");
        using var request = new HttpRequestMessage(HttpMethod.Get, job.Links["summary"]) { Headers = { Range = new RangeHeaderValue(0, 9), AcceptEncoding = { new("gzip") } } };

        using var part = await Service.Api.SendAsync(request, Cancel);
        using var picture = await AskAsync(job.Links["mask"], "gzip");

        Assert.Equal((HttpStatusCode.PartialContent, 10), (part.StatusCode, (await part.Content.ReadAsByteArrayAsync(Cancel)).Length));
        Assert.Empty(part.Content.Headers.ContentEncoding);
        Assert.Empty(picture.Content.Headers.ContentEncoding);
        Assert.False(picture.Headers.ETag!.IsWeak);
    }

    [Fact]
    public async Task Problems_are_written_as_people_read_them()
    {
        var body = await (await Service.SendAsync(HttpMethod.Get, "/v1/jobs?state=asleep")).Content.ReadAsStringAsync(Cancel);

        // The fault: apostrophes came as \u0027.
        Assert.Contains("'state'", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_geojson_form_is_a_feature_collection_by_the_rules_of_rfc_7946()
    {
        var job = await SubmittedAsync("street.jpg");

        using var answer = await Service.SendAsync(HttpMethod.Get, job.Links["polygons"] + "?format=geojson");

        Assert.Equal("application/geo+json", answer.Content.Headers.ContentType!.MediaType);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(Cancel));
        var root = document.RootElement;
        Assert.Equal("FeatureCollection", root.GetProperty("type").GetString());
        Assert.Equal([0, 0, job.Image!.Width, job.Image.Height], root.GetProperty("bbox").EnumerateArray().Select(side => side.GetInt32()));
        var features = root.GetProperty("features").EnumerateArray().ToArray();
        Assert.NotEmpty(features);
        foreach (var feature in features)
        {
            Assert.Equal("Feature", feature.GetProperty("type").GetString());
            var rings = feature.GetProperty("geometry").GetProperty("coordinates").EnumerateArray().Select(ring => ring.EnumerateArray().Select(at => (X: at[0].GetInt32(), Y: at[1].GetInt32())).ToArray()).ToArray();
            Assert.All(rings, ring => Assert.True(ring.Length >= 4 && ring[0] == ring[^1]));

            // 3.1.6: outside counter-clockwise, holes clockwise. 5: west, south, east, north.
            Assert.True(Twice(rings[0]) > 0 && rings[1..].All(hole => Twice(hole) < 0));
            Assert.Equal([rings[0].Min(at => at.X), rings[0].Min(at => at.Y), rings[0].Max(at => at.X), rings[0].Max(at => at.Y)], feature.GetProperty("bbox").EnumerateArray().Select(side => side.GetInt32()));
            var properties = feature.GetProperty("properties");
            Assert.Equal(properties.GetProperty("area").GetInt64(), rings.Sum(Twice) / 2);
            var coco = properties.GetProperty("cocoBbox").EnumerateArray().Select(side => side.GetInt32()).ToArray();
            Assert.Equal((rings[0].Min(at => at.X), rings[0].Max(at => at.X) - rings[0].Min(at => at.X)), (coco[0], coco[2]));
            Assert.NotEmpty(properties.GetProperty("className").GetString()!);
        }
    }

    [Fact]
    public async Task Another_form_is_refused_by_name()
    {
        var job = await SubmittedAsync("street.jpg");

        using var answer = await Service.SendAsync(HttpMethod.Get, job.Links["polygons"] + "?format=kml");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    private static long Twice((int X, int Y)[] ring) =>
        ring.Zip(ring.Skip(1)).Sum(side => ((long)side.First.X * side.Second.Y) - ((long)side.Second.X * side.First.Y));

    private Task<HttpResponseMessage> AskAsync(string address, string encoding, EntityTagHeaderValue? known = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { AcceptEncoding = { new(encoding) } } };
        if (known is not null)
            request.Headers.IfNoneMatch.Add(known);
        return Service.Api.SendAsync(request, Cancel);
    }

    private async Task<JobView> SubmittedAsync(string name)
    {
        using var body = new ByteArrayContent(Photos.Street) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        using var answer = await Service.Api.PostAsync(new Uri("/v1/jobs?fileName=" + Uri.EscapeDataString(name), UriKind.Relative), body, Cancel);
        return await Service.EndedAsync((await answer.Content.ReadFromJsonAsync(JobJson.Default.JobView, Cancel))!.Id);
    }
}
