using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;
using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Tests.Fairness;

/// <summary>What bodies of requests may hold, and for how long.</summary>
public sealed class RequestBodyTests
{
    private const long Photo = 16 << 20;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Bodies_beyond_the_room_are_refused_and_one_caller_never_has_more_than_half()
    {
        var bodies = new RequestBodies();
        var held = new List<IDisposable>();
        foreach (var caller in new[] { "a", "b" })
        {
            for (var i = 0; i < RequestBodies.MostOfCaller / Photo; i++)
                held.Add(bodies.Take(caller, Photo));
            Refused(() => bodies.Take(caller, Photo));
            if (caller == "a")
                bodies.Take("c", Photo).Dispose();
        }

        Refused(() => bodies.Take("c", Photo));
        held[0].Dispose();
        held[0].Dispose();
        bodies.Take("c", Photo).Dispose();
        bodies.Take("a", Photo).Dispose();
    }

    [Fact]
    public async Task A_body_that_stalls_is_refused_when_its_time_is_over_and_not_before()
    {
        // The fault: 60 posts that stalled after 15 of 16 MB held 1.3 GB for as long as they liked.
        var time = new FakeTimeProvider();
        var reading = RequestBody.ReadAsync(Request(Photo, new Stalled()), Photo, time, TooLarge, Cancel);

        time.Advance(TimeSpan.FromSeconds(19 + (Photo / RequestBody.SlowestRate)));
        Assert.False(reading.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => reading);
        Assert.Equal((ErrorCodes.RequestTooSlow, 408), (refused.Code, refused.Code.HttpStatus));
    }

    [Fact]
    public async Task A_form_that_stalls_is_too_slow_and_not_malformed()
    {
        var time = new FakeTimeProvider();
        var request = Request(null, new Stalled());
        request.ContentType = "multipart/form-data; boundary=b";
        var reading = SubmittedImage.ReadAsync(request, time, Cancel);

        time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(ErrorCodes.RequestTooSlow, (await Assert.ThrowsAsync<RoadSegException>(() => reading)).Code);
    }

    [Theory]
    [InlineData(11L)]
    [InlineData(null)]
    public async Task More_bytes_than_allowed_are_refused_whether_the_request_says_so_or_not(long? said)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(
            () => RequestBody.ReadAsync(Request(said, new MemoryStream(new byte[11])), 10, TimeProvider.System, TooLarge, Cancel));

        Assert.Equal(ErrorCodes.ImageTooManyBytes, refused.Code);
    }

    [Theory]
    [InlineData(10L)]
    [InlineData(null)]
    public async Task A_body_as_large_as_allowed_is_read_whole(long? said)
    {
        byte[] content = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

        Assert.Equal(content, await RequestBody.ReadAsync(Request(said, new MemoryStream(content)), 10, TimeProvider.System, TooLarge, Cancel));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_not_told_of_slowness()
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var reading = RequestBody.ReadAsync(Request(10, new Stalled()), 10, TimeProvider.System, TooLarge, leaving.Token);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    private static void Refused(Func<IDisposable> take)
    {
        var refused = Assert.Throws<RoadSegException>(take);
        Assert.Equal((ErrorCodes.TooManyRequests, true, 429), (refused.Code, refused.Code.Retryable, refused.Code.HttpStatus));
    }

    private static RoadSegException TooLarge() => new(ErrorCodes.ImageTooManyBytes, "too large");

    private static HttpRequest Request(long? length, Stream body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentLength, request.Body) = ("POST", length, body);
        return request;
    }

    /// <summary>A body of which nothing more comes.</summary>
    private sealed class Stalled : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
