using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Http;
using RoadSeg.Errors;
using RoadSeg.Functions.Labelling.LabelStudio;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>Where photos of tasks may be fetched, and where not.</summary>
public sealed class LabelStudioPhotoTests : IAsyncLifetime
{
    private const string Token = "0123456789abcdef";

    private readonly ConcurrentQueue<(string Path, string Authorization)> _asked = new();
    private Receiver _server = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await Receiver.StartAsync();
        Answer(static _ => StatusCodes.Status404NotFound);
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // Label Studio stands on this machine, where nothing else may be called: the operator has named it.
    [Theory]
    [InlineData("/data/upload/3/a b.jpg", "/storage-data/uploaded/?filepath=upload/3/a%20b.jpg")]
    [InlineData("upload/3/a.jpg", "/storage-data/uploaded/?filepath=upload/3/a.jpg")]
    [InlineData("/data/local-files/?d=roads/a.jpg", "/data/local-files/?d=roads/a.jpg")]
    [InlineData("/storage-data/uploaded/?filepath=upload/3/a.jpg", "/storage-data/uploaded/?filepath=upload/3/a.jpg")]
    [InlineData("s3://bucket/a.jpg", "/tasks/17/presign/?fileuri=czM6Ly9idWNrZXQvYS5qcGc=")]
    [InlineData("{server}/data/upload/3/a.jpg", "/data/upload/3/a.jpg")]
    public async Task Files_of_a_label_studio_that_is_known_are_fetched_with_its_token(string value, string path)
    {
        Answer(static _ => StatusCodes.Status200OK);

        Assert.Equal("photo"u8.ToArray(), await GetAsync(value.Replace("{server}", Address(), StringComparison.Ordinal)));
        Assert.Equal([(path, $"Token {Token}")], _asked);
    }

    [Fact]
    public async Task An_uploaded_file_that_is_not_in_the_storage_is_asked_for_at_its_own_path()
    {
        Answer(static path => path.StartsWith("/storage-data/", StringComparison.Ordinal) ? 404 : 200);

        Assert.Equal("photo"u8.ToArray(), await GetAsync("/data/upload/3/a.jpg"));
        Assert.Equal(["/storage-data/uploaded/?filepath=upload/3/a.jpg", "/data/upload/3/a.jpg"], _asked.Select(static one => one.Path));
    }

    // The token opens more than files.
    [Theory]
    [InlineData("/api/projects")]
    [InlineData("/data/../api/projects")]
    [InlineData("/data/%2e%2e/api/projects")]
    [InlineData("/data/..%2fapi/projects")]
    [InlineData("/data\\..\\..\\api")]
    [InlineData("//elsewhere.example.org/data/a.jpg")]
    [InlineData("{server}/api/projects")]
    [InlineData("{server}/user/account")]
    [InlineData("data")]
    public async Task Nothing_else_of_it_is_asked_for(string value)
    {
        Answer(static _ => StatusCodes.Status200OK);

        await RefusedAsync(value.Replace("{server}", Address(), StringComparison.Ordinal), ErrorCodes.PhotoUnreachable);
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("http://example.org/a.jpg", "https")]
    [InlineData("https://127.0.0.1/a.jpg", "public internet")]
    [InlineData("https://localhost:8443/a.jpg", "public internet")]
    [InlineData("https://10.1.2.3/a.jpg", "public internet")]
    [InlineData("https://169.254.169.254/metadata", "public internet")]
    [InlineData("http://169.254.169.254/metadata", "https")]
    [InlineData("https://[::1]/a.jpg", "public internet")]
    [InlineData("https://user:secret@example.org/a.jpg", "user name")]
    [InlineData("https://storage.internal/a.jpg", "public internet")]
    [InlineData("file:///etc/passwd", "neither")]
    [InlineData("ftp://example.org/a.jpg", "neither")]
    public async Task An_address_inside_is_not_called(string value, string says)
    {
        var refused = await RefusedAsync(value, ErrorCodes.PhotoUnreachable);

        Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_not_called_at_what_it_leads_to()
    {
        var refused = await RefusedAsync("https://photos.example.org/a.jpg", ErrorCodes.PhotoUnreachable, resolve: static (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Loopback]));

        Assert.Contains("public internet", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_redirect_is_held_against_the_same_rules_and_takes_no_token_with_it()
    {
        await using var other = await Receiver.StartAsync();
        var taken = new ConcurrentQueue<string>();
        other.Answer = context =>
        {
            taken.Enqueue(context.Request.Headers.Authorization.ToString());
            return context.Response.WriteAsync("photo", Cancel);
        };
        Answer(static _ => StatusCodes.Status303SeeOther, other.Address + "a.jpg");

        Assert.Contains("https", (await RefusedAsync("/data/local-files/?d=a.jpg", ErrorCodes.PhotoUnreachable)).Message, StringComparison.Ordinal);
        Assert.Empty(taken);

        // In development this machine may be called.
        Assert.Equal("photo"u8.ToArray(), await GetAsync("/data/local-files/?d=a.jpg", allowLoopback: true));
        Assert.Equal([""], taken);
    }

    [Fact]
    public async Task A_redirect_to_another_place_of_the_label_studio_is_no_way_in()
    {
        Answer(static _ => StatusCodes.Status302Found, "/api/projects");
        await RefusedAsync("/data/local-files/?d=a.jpg", ErrorCodes.PhotoUnreachable);
        Assert.Single(_asked);
    }

    [Fact]
    public async Task Redirects_end()
    {
        Answer(static _ => StatusCodes.Status302Found, "/data/again");
        await RefusedAsync("/data/local-files/?d=a.jpg", ErrorCodes.PhotoUnreachable);
        Assert.Equal(4, _asked.Count);
    }

    [Fact]
    public async Task What_is_not_there_is_said_with_its_status()
    {
        Assert.Contains("404", (await RefusedAsync("/data/local-files/?d=a.jpg", ErrorCodes.PhotoUnreachable)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_too_large_is_refused_before_it_is_held(bool length)
    {
        var sent = 0L;
        _server.Answer = async context =>
        {
            if (length)
                context.Response.ContentLength = (16 << 20) + 1;
            var part = new byte[1 << 20];
            for (; sent < 40 << 20 && !context.RequestAborted.IsCancellationRequested; sent += part.Length)
                await context.Response.Body.WriteAsync(part, context.RequestAborted);
        };

        await RefusedAsync("/data/local-files/?d=a.jpg", ErrorCodes.ImageTooManyBytes);
    }

    [Fact]
    public async Task Without_a_label_studio_that_is_known_its_files_are_not_looked_for()
    {
        using var photos = new LabelStudioPhotos(new LabelStudioOptions(), new WebhookOptions(), TimeProvider.System);

        var refused = await Assert.ThrowsAsync<RoadSegException>(() => photos.GetAsync("/data/upload/3/a.jpg", "17", Address(), Cancel));

        Assert.Contains("ROADSEG_LABEL_STUDIO", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_asked);
    }

    private string Address() => _server.Address.GetLeftPart(UriPartial.Authority);

    private void Answer(Func<string, int> status, string? location = null) => _server.Answer = async context =>
    {
        var path = context.Request.Path + context.Request.QueryString.ToString();
        _asked.Enqueue((path.Contains("presign", StringComparison.Ordinal) ? Uri.UnescapeDataString(path) : path.Replace(" ", "%20", StringComparison.Ordinal), context.Request.Headers.Authorization.ToString()));
        context.Response.StatusCode = status(path);
        if (location is not null)
            context.Response.Headers.Location = location;
        if (context.Response.StatusCode == 200)
            await context.Response.WriteAsync("photo", Cancel);
    };

    private async Task<byte[]> GetAsync(string value, bool allowLoopback = false, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var options = new LabelStudioOptions { Servers = [new LabelStudioServer(new Uri(Address()), Token)] };
        using var photos = new LabelStudioPhotos(options, new WebhookOptions { AllowLoopback = allowLoopback }, TimeProvider.System, resolve);
        return await photos.GetAsync(value, "17", "http://localhost:8080", Cancel);
    }

    private async Task<RoadSegException> RefusedAsync(string value, ErrorCode code, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => GetAsync(value, resolve: resolve));
        Assert.Equal(code, refused.Code);
        return refused;
    }
}
