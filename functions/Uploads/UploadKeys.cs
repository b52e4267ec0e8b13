using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Sas;
using RoadSeg.Functions.Work;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Uploads;

/// <summary>Makes upload keys: SAS addresses that create one blob and do nothing else; a resumable one also writes it, which storage
/// wants for blocks. Signed with the account's key where
/// the process has it, otherwise with a user delegation key of its managed identity.</summary>
internal sealed class UploadKeys(BlobServiceClient blobs, TimeProvider time)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DelegationValid = 2 * WorkOptions.LongestKey;

    private readonly Lock _gate = new();
    private Task<UserDelegationKey>? _delegation;
    private DateTimeOffset _renewAt;

    /// <summary>The address to PUT a new blob to, whole or, where it is resumable, in blocks, until its key ends.</summary>
    public async Task<Uri> IssueAsync(string container, string path, JobUpload key, CancellationToken cancel)
    {
        var blob = blobs.GetBlobContainerClient(container).GetBlobClient(path);
        var sas = new BlobSasBuilder(Rights(key), key.ExpiresAt)
        {
            BlobContainerName = container,
            BlobName = path,
            Resource = "b",
            StartsOn = time.GetUtcNow() - ClockSkew,
            Protocol = blob.Uri.IsLoopback ? SasProtocol.HttpsAndHttp : SasProtocol.Https,
        };
        if (blob.CanGenerateSasUri)
            return blob.GenerateSasUri(sas);
        var delegation = await DelegationAsync().WaitAsync(cancel);
        return new BlobUriBuilder(blob.Uri) { Sas = sas.ToSasQueryParameters(delegation, blobs.AccountName) }.ToUri();
    }

    private static BlobSasPermissions Rights(JobUpload key) =>
        key.Resumable ? BlobSasPermissions.Create | BlobSasPermissions.Write : BlobSasPermissions.Create;

    // One request for all who need the key at once. An upload key must not outlive the key that signs it.
    private Task<UserDelegationKey> DelegationAsync()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (_delegation is null || _delegation.IsFaulted || now >= _renewAt)
            {
                _renewAt = now + DelegationValid / 2;
                _delegation = FetchAsync(now);
            }

            return _delegation;
        }
    }

    private async Task<UserDelegationKey> FetchAsync(DateTimeOffset now) =>
        (
            await blobs.GetUserDelegationKeyAsync(new BlobGetUserDelegationKeyOptions(now + DelegationValid) { StartsOn = now - ClockSkew })
        ).Value;
}
