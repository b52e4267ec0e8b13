using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Web;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Time.Testing;
using RoadSeg.Functions.Uploads;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>Upload keys where the process has no account key, as with a managed identity on Azure: a storage emulator that takes
/// bearer tokens over TLS signs them with a user delegation key.</summary>
public sealed class UploadKeysTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("roadseg-tls").FullName;
    private readonly HttpClient _http = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true });
    private Process? _azurite;
    private BlobServiceClient _blobs = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        await File.WriteAllTextAsync(Path.Combine(_folder, "cert.pem"), certificate.ExportCertificatePem(), Cancel);
        await File.WriteAllTextAsync(Path.Combine(_folder, "key.pem"), key.ExportPkcs8PrivateKeyPem(), Cancel);
        var port = Loopback.FreePort();
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder };
        foreach (var argument in (string[])
        [
            Path.Combine(Checkout.Root, "infra", "packages", "node_modules", "azurite", "dist", "src", "blob", "main.js"), "--blobHost", "127.0.0.1", "--blobPort", port.ToString(CultureInfo.InvariantCulture),
            "--oauth", "basic", "--cert", "cert.pem", "--key", "key.pem", "--inMemoryPersistence", "--skipApiVersionCheck", "--silent",
        ])
            start.ArgumentList.Add(argument);
        _azurite = Process.Start(start)!;
        _azurite.BeginErrorReadLine();
        _azurite.BeginOutputReadLine();
        _blobs = new BlobServiceClient(new Uri($"https://127.0.0.1:{port}/devstoreaccount1"), new Identity(), new BlobClientOptions { Transport = new HttpClientTransport(_http) });
        await _blobs.GetBlobContainerClient(Containers.Uploads).CreateIfNotExistsAsync(cancellationToken: Cancel);
    }

    public async ValueTask DisposeAsync()
    {
        _azurite!.Kill();
        await _azurite.WaitForExitAsync();
        _azurite.Dispose();
        _http.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Without_an_account_key_an_upload_key_is_signed_by_user_delegation_and_creates_its_one_blob()
    {
        var keys = new UploadKeys(_blobs, TimeProvider.System);
        var id = WorkId.New(TimeProvider.System);
        var address = await keys.IssueAsync(Containers.Uploads, BlobPaths.Upload(id), Key(TimeProvider.System.GetUtcNow().AddMinutes(5)), Cancel);

        // skoid names the identity's key: the account's key is not involved. Loopback may be plain; anything else must not.
        Assert.Contains("skoid=", address.Query, StringComparison.Ordinal);
        Assert.Contains("sp=c&", address.Query + "&", StringComparison.Ordinal);
        address = await AsTheEmulatorSignsAsync(address);
        Assert.Equal(HttpStatusCode.Created, await PutAsync(address));
        Assert.Contains(await PutAsync(address), new[] { HttpStatusCode.Conflict, HttpStatusCode.Forbidden });
        using var read = await _http.GetAsync(address, Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, await PutAsync(new Uri(address.ToString().Replace(id.ToString(), WorkId.New(TimeProvider.System).ToString(), StringComparison.Ordinal))));
    }

    [Fact]
    public async Task A_resumable_key_also_writes_and_still_does_not_read_or_delete()
    {
        var keys = new UploadKeys(_blobs, TimeProvider.System);
        var address = await keys.IssueAsync(Containers.Uploads, "a/image", Key(TimeProvider.System.GetUtcNow().AddHours(5)) with { Resumable = true }, Cancel);

        Assert.Contains("sp=cw&", address.Query + "&", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outside_loopback_an_upload_key_is_good_for_https_only()
    {
        var keys = new UploadKeys(new BlobServiceClient("DefaultEndpointsProtocol=https;AccountName=roads;AccountKey=AAAA;EndpointSuffix=core.windows.net"), TimeProvider.System);

        var address = await keys.IssueAsync(Containers.Uploads, "a/image", Key(TimeProvider.System.GetUtcNow().AddMinutes(5)), Cancel);

        Assert.Contains("spr=https&", address.Query + "&", StringComparison.Ordinal);
        Assert.Equal("https", address.Scheme);
    }

    [Fact]
    public async Task No_upload_key_outlives_the_key_that_signs_it_however_long_the_process_runs()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var keys = new UploadKeys(_blobs, time);
        var signers = new HashSet<string?>();
        for (var minutes = 0; minutes <= 56 * 60; minutes += 40)
        {
            var expires = time.GetUtcNow() + WorkOptions.LongestKey;
            var query = HttpUtility.ParseQueryString((await keys.IssueAsync(Containers.Uploads, "a/image", Key(expires), Cancel)).Query);
            Assert.True(At(query["se"]) <= At(query["ske"]), $"After {minutes} minutes a key lasts until {query["se"]}, what signs it until {query["ske"]}.");
            Assert.True(At(query["skt"]) <= At(query["st"]) && At(query["st"]) < time.GetUtcNow());
            signers.Add(query["ske"]);
            time.Advance(TimeSpan.FromMinutes(40));
        }

        Assert.Equal(3, signers.Count);

        static DateTimeOffset At(string? text) => DateTimeOffset.Parse(text!, CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_signing_key_that_could_not_be_had_is_asked_for_again()
    {
        var working = true;
        using var http = new HttpClient(new Unreliable(() => working));
        var blobs = new BlobServiceClient(_blobs.Uri, new Identity(), new BlobClientOptions { Transport = new HttpClientTransport(http), Retry = { MaxRetries = 0 } });
        var keys = new UploadKeys(blobs, TimeProvider.System);
        working = false;
        await Assert.ThrowsAnyAsync<Exception>(() => keys.IssueAsync(Containers.Uploads, "a/image", Key(TimeProvider.System.GetUtcNow().AddMinutes(5)), Cancel));

        working = true;
        Assert.Contains("skoid=", (await keys.IssueAsync(Containers.Uploads, "a/image", Key(TimeProvider.System.GetUtcNow().AddMinutes(5)), Cancel)).Query, StringComparison.Ordinal);
    }

    private static JobUpload Key(DateTimeOffset expires) => new(expires);

    // The storage client signs in a form of 2026, the newest that this emulator can check is of 2025: the same grants, signed again by the same key.
    private async Task<Uri> AsTheEmulatorSignsAsync(Uri address)
    {
        const string Version = "2025-07-05";
        var query = HttpUtility.ParseQueryString(address.Query);
        var key = await _blobs.GetUserDelegationKeyAsync(
            new BlobGetUserDelegationKeyOptions(DateTimeOffset.Parse(query["ske"]!, CultureInfo.InvariantCulture)) { StartsOn = DateTimeOffset.Parse(query["skt"]!, CultureInfo.InvariantCulture) }, Cancel);
        Assert.Equal(query["skoid"], key.Value.SignedObjectId);
        string?[] signed =
        [
            query["sp"], query["st"], query["se"], "/blob" + address.AbsolutePath, query["skoid"], query["sktid"], query["skt"], query["ske"], query["sks"], query["skv"],
            null, null, null, null, null, null, query["spr"], Version, query["sr"], null, null, null, null, null, null, null,
        ];
        query["sv"] = Version;
        query["sig"] = Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key.Value.Value), Encoding.UTF8.GetBytes(string.Join('\n', signed))));
        return new UriBuilder(address) { Query = query.ToString() }.Uri;
    }

    private async Task<HttpStatusCode> PutAsync(Uri address)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent([1, 2, 3]), Headers = { { "x-ms-blob-type", "BlockBlob" } } };
        using var answer = await _http.SendAsync(request, Cancel);
        return answer.StatusCode;
    }

    private sealed class Unreliable(Func<bool> works) : DelegatingHandler(new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            works() ? base.SendAsync(request, cancellationToken) : throw new HttpRequestException("The storage does not answer.");
    }

    /// <summary>An unsigned token of the form that the emulator's basic check takes.</summary>
    private sealed class Identity : TokenCredential
    {
        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            var now = TimeProvider.System.GetUtcNow();
            var claims = $$"""{"aud":"https://storage.azure.com","iss":"https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/","iat":{{now.ToUnixTimeSeconds()}},"nbf":{{now.AddMinutes(-5).ToUnixTimeSeconds()}},"exp":{{now.AddHours(8).ToUnixTimeSeconds()}},"oid":"11059fcc-5514-4800-b5f8-49808b9cfab6","tid":"ab1f708d-50f6-404c-a006-d71b2ac7a606"}""";
            return new AccessToken($"{Part("""{"alg":"none","typ":"JWT"}""")}.{Part(claims)}.c2ln", now.AddHours(8));
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(GetToken(requestContext, cancellationToken));

        private static string Part(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
    }
}
