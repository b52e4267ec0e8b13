using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Many large bodies at once, on a worker that may have 640 MiB of managed memory.</summary>
public sealed class BodyMemoryTests
{
    private const int AtOnce = 64;
    private const int Bytes = (16 << 20) - 4096;

    // What the process may hold at its peak, native memory included: little more than half of what decision 0022 allows it with photos in work.
    private const long Limit = 1400L << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private enum Form
    {
        Raw,
        Chunked,
        Multipart,
        LongField,
    }

    [Fact]
    public async Task Sixty_four_bodies_of_16_MiB_stay_under_the_limit_and_those_beyond_it_are_told_to_come_again()
    {
        // The fault: each of them was held up to six times, without a bound on their number. And fields of a form were no photos, and not counted.
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions
        {
            RequireKeys = true,
            Settings = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x28000000" },
        }, Cancel);
        using var callers = await TwoCallers.OfAsync(stack);
        var (one, other) = (callers.One, callers.Other);
        var worker = stack.WorkerProcessId;
        var photo = Padded(Photos.Fixture("grey.jpg"), Bytes);
        foreach (var form in Enum.GetValues<Form>())
        {
            foreach (var keyed in new[] { false, true })
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(i => SendAsync(i % 2 == 0 ? one : other, photo, form, keyed)));

                Assert.All(answers, answer => Assert.True(
                    answer is (HttpStatusCode.TooManyRequests, true) || answer.Status == (form == Form.LongField ? HttpStatusCode.BadRequest : HttpStatusCode.Accepted),
                    $"{answer} for {form}, keyed {keyed}"));
                Assert.Contains(answers, answer => answer.Status != HttpStatusCode.TooManyRequests);

                // A form is refused at its long field, and its room is free again.
                if (form != Form.LongField)
                    Assert.Contains(answers, answer => answer.Status == HttpStatusCode.TooManyRequests);
            }
        }

        Assert.Equal(worker, stack.WorkerProcessId);
        using var process = Process.GetProcessById(worker);
        TestContext.Current.TestOutputHelper?.WriteLine($"Peak: {process.PeakWorkingSet64 >> 20} MiB.");
        Assert.InRange(process.PeakWorkingSet64, 0, Limit);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(one, Photos.Street, Form.Raw, keyed: false)).Status);
    }

    private static async Task<(HttpStatusCode Status, bool ComeAgain)> SendAsync(HttpClient api, byte[] photo, Form form, bool keyed)
    {
        using var content = Content(photo, form);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = content, Headers = { TransferEncodingChunked = form == Form.Chunked } };
        if (keyed)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        if (form == Form.LongField)
            request.Headers.Add("Prefer", "wait=60");
        using var answer = await api.SendAsync(request, Cancel);
        return (answer.StatusCode, answer.Headers.RetryAfter is not null);
    }

    private static HttpContent Content(byte[] photo, Form form)
    {
        var type = new MediaTypeHeaderValue("image/jpeg");
        if (form is Form.Raw or Form.Chunked)
            return new ByteArrayContent(photo) { Headers = { ContentType = type } };
        var file = new ByteArrayContent(form == Form.Multipart ? photo : Photos.Fixture("grey.jpg")) { Headers = { ContentType = type } };
        var parts = new MultipartFormDataContent { { file, "file", "photo.jpg" } };
        if (form == Form.LongField)
            parts.Add(new ByteArrayContent(new byte[15 << 20]), "note");
        return parts;
    }

    // Comments after the start of the image, which decoders pass over.
    private static byte[] Padded(byte[] jpeg, int length)
    {
        var padded = new List<byte>(length) { 0xFF, 0xD8 };
        while (padded.Count + jpeg.Length < length)
        {
            var size = Math.Min(65_535, Math.Max(2, length - padded.Count - jpeg.Length));
            padded.AddRange([0xFF, 0xFE, (byte)(size >> 8), (byte)size]);
            padded.AddRange(new byte[size - 2]);
        }

        padded.AddRange(jpeg[2..]);
        return [.. padded];
    }
}
