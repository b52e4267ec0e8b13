using System.Net;
using System.Text;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;
using RoadSeg.Functions.Outbound;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>Gets the photo of a task as its data names it: inside of the task, a file of a Label Studio that is known here, or a public
/// https address under the rules of webhooks (<see cref="PublicUrl"/>). Each step of a redirect is held against the same rules.</summary>
internal sealed class LabelStudioPhotos : IDisposable
{
    private const int MostRedirects = 3;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly LabelStudioOptions _options;
    private readonly bool _allowLoopback;
    private readonly TimeProvider _time;
    private readonly HttpClient _public;
    private readonly HttpClient _known;

    /// <param name="options">Label Studios that are known, wherever they stand.</param>
    /// <param name="webhooks">Says whether this machine may be called, in development.</param>
    /// <param name="time">Of the time that a photo may take.</param>
    /// <param name="resolve">Gives the addresses of a name; null: the machine's resolver.</param>
    public LabelStudioPhotos(
        LabelStudioOptions options,
        WebhookOptions webhooks,
        TimeProvider time,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null
    )
    {
        _options = options;
        _allowLoopback = webhooks.AllowLoopback;
        _time = time;
        _public = Client(new OutboundConnection(_allowLoopback, resolve).Handler());
        _known = Client(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            }
        );
    }

    /// <summary>Gets a photo.</summary>
    /// <param name="value">What the task's data says.</param>
    /// <param name="task">The task's id.</param>
    /// <param name="hostname">What Label Studio says its own address is.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <exception cref="RoadSegException">photo-unreachable, image-too-many-bytes, or request-invalid for a data: address that cannot be
    /// read.</exception>
    public async Task<byte[]> GetAsync(string value, string task, string? hostname, CancellationToken cancel)
    {
        if (value.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
            return Inside(value);
        using var late = new CancellationTokenSource(Timeout, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var addresses = Addresses(value, task, hostname);
            foreach (var address in addresses[..^1])
            {
                if (await FetchAsync(address, orNull: true, stop.Token) is { } first)
                    return first;
            }

            return (await FetchAsync(addresses[^1], orNull: false, stop.Token))!;
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancel.IsCancellationRequested)
        {
            throw Unreachable($"it did not come within {Timeout.TotalSeconds} s");
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(OutboundConnection.Describe(e), e);
        }
        catch (IOException e)
        {
            throw Unreachable("the connection broke off", e);
        }
    }

    public void Dispose()
    {
        _public.Dispose();
        _known.Dispose();
    }

    private static HttpClient Client(SocketsHttpHandler handler) => new(handler) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };

    private static byte[] Inside(string value)
    {
        var comma = value.IndexOf(',', StringComparison.Ordinal);
        if (comma < 0 || !value.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase))
            throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The task's data: address holds no base64: write data:image/jpeg;base64,..."
            );
        var text = value.AsSpan(comma + 1);
        if (text.Length / 4 * 3L > SubmittedImage.MaxBodyBytes + 3)
            throw TooLarge();
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64Chars(text, bytes, out var length)
            ? bytes[..length]
            : throw new RoadSegException(ErrorCodes.RequestInvalid, "The task's data: address holds what is no base64.");
    }

    // As get_local_path of label_studio_sdk asks for them, one after the other.
    private Uri[] Addresses(string value, string task, string? hostname)
    {
        if (value.StartsWith("http:", StringComparison.OrdinalIgnoreCase) || value.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            return [Checked(value)];
        var server = _options.Of(hostname)
            ?? throw Unreachable(
                "it lies in a Label Studio that is not known here; the operator names it, with a token, in ROADSEG_LABEL_STUDIO "
                    + "(docs/labelling.md)"
            );
        if (value.StartsWith("upload", StringComparison.Ordinal) || value.StartsWith("/upload", StringComparison.Ordinal))
            value = "/data/" + value.TrimStart('/');
        if (value.StartsWith("/data/upload/", StringComparison.Ordinal))
            return [Of(server, "/storage-data/uploaded/?filepath=" + value["/data/".Length..]), Of(server, value)];
        if (((string[])["s3:", "gs:", "azure-blob:"]).Any(scheme => value.StartsWith(scheme, StringComparison.Ordinal)))
        {
            var encoded = Convert.ToBase64String(Encoding.UTF8.GetBytes(value)).Replace('+', '-').Replace('/', '_');
            return [Of(server, $"/tasks/{Uri.EscapeDataString(task)}/presign/?fileuri={encoded}")];
        }

        return [Of(server, value)];
    }

    private static Uri Of(LabelStudioServer server, string path) =>
        path.StartsWith('/')
        && !path.StartsWith("//", StringComparison.Ordinal)
        && Uri.TryCreate(server.Address, path, out var url)
        && server.Serves(url)
            ? url
            : throw Unreachable("its address is neither an https address nor a file of Label Studio");

    private Uri Checked(string text)
    {
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var known)
            && _options.Servers.FirstOrDefault(server => server.Has(known)) is { } server
        )
            return server.Serves(known) ? known : throw Unreachable("its address is no file of Label Studio's");
        return PublicUrl.Fault(text, _allowLoopback, out var url) is { } fault ? throw Unreachable($"its address {fault}") : url!;
    }

    private async Task<byte[]?> FetchAsync(Uri url, bool orNull, CancellationToken cancel)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            var server = _options.Servers.FirstOrDefault(one => one.Has(url));
            if (server is not null)
                request.Headers.TryAddWithoutValidation("Authorization", server.Authorization);
            var client = server is null ? _public : _known;
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (answer.IsSuccessStatusCode)
                return await ReadAsync(answer.Content, cancel);
            var isRedirect = (int)answer.StatusCode is 301 or 302 or 303 or 307 or 308;
            if (isRedirect && answer.Headers.Location is { } next && redirects < MostRedirects)
                url = Checked(new Uri(url, next).AbsoluteUri);
            else if (orNull)
                return null;
            else
                throw Unreachable(
                    isRedirect
                        ? "its address leads on too often or to nowhere"
                        : $"its address answers with status {(int)answer.StatusCode}"
                );
        }
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > SubmittedImage.MaxBodyBytes)
            throw TooLarge();
        await using var body = await content.ReadAsStreamAsync(cancel);
        using var file = new MemoryStream();
        var buffer = new byte[64 << 10];
        while (await body.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            if (file.Length + read > SubmittedImage.MaxBodyBytes)
                throw TooLarge();
            file.Write(buffer, 0, read);
        }

        return file.ToArray();
    }

    private static RoadSegException TooLarge() =>
        new(
            ErrorCodes.ImageTooManyBytes,
            $"A photo of a labelling task may have at most {SubmittedImage.MaxBodyBytes:N0} bytes. Larger ones are segmented by upload key "
                + "(POST /v1/uploads)."
        );

    private static RoadSegException Unreachable(string why, Exception? inner = null) =>
        new(ErrorCodes.PhotoUnreachable, $"The task's photo cannot be had: {why}.", inner);
}
