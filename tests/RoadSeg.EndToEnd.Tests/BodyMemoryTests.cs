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

    // What the process may hold at its peak, native memory included: docs/decisions/0022.
    private const long Limit = 1400L << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sixty_four_bodies_of_16_MiB_stay_under_the_limit_and_those_beyond_it_are_told_to_come_again()
    {
        // The fault: each of them was held up to six times, without a bound on their number.
        await using var stack = await LocalStack.StartAsync(new LocalStackOptions
        {
            Settings = new Dictionary<string, string> { ["DOTNET_GCHeapHardLimit"] = "0x28000000" },
        }, Cancel);
        var worker = stack.WorkerProcessId;
        var photo = Padded(Photos.Fixture("grey.jpg"), Bytes);
        foreach (var multipart in new[] { false, true })
        {
            foreach (var keyed in new[] { false, true })
            {
                var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => SendAsync(stack.Api, photo, multipart, keyed)));

                Assert.All(answers, answer => Assert.True(
                    answer is (HttpStatusCode.Accepted, _) or (HttpStatusCode.TooManyRequests, true), $"{answer} for multipart {multipart}, keyed {keyed}"));
                Assert.Contains(answers, answer => answer.Status == HttpStatusCode.Accepted);
                Assert.Contains(answers, answer => answer.Status == HttpStatusCode.TooManyRequests);
            }
        }

        Assert.Equal(worker, stack.WorkerProcessId);
        using var process = Process.GetProcessById(worker);
        Assert.InRange(process.PeakWorkingSet64, 0, Limit);
        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(stack.Api, Photos.Street, multipart: false, keyed: false)).Status);
    }

    private static async Task<(HttpStatusCode Status, bool ComeAgain)> SendAsync(HttpClient api, byte[] photo, bool multipart, bool keyed)
    {
        using var file = new ByteArrayContent(photo) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        using var form = new MultipartFormDataContent { { file, "file", "photo.jpg" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = multipart ? form : file };
        if (keyed)
            request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await api.SendAsync(request, Cancel);
        return (answer.StatusCode, answer.Headers.RetryAfter is not null);
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
