using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace RoadSeg.LocalHost.Blobs;

/// <summary>Lets web pages of other origins put blobs into the emulator, also in blocks by the storage SDK.</summary>
public static class BlobCors
{
    /// <param name="connection">The account.</param>
    /// <param name="origins">Origins with commas between them, or <c>*</c>.</param>
    /// <param name="cancel">Stops the call.</param>
    public static async Task AdmitAsync(string connection, string origins, CancellationToken cancel = default)
    {
        var blobs = new BlobServiceClient(connection);
        BlobServiceProperties properties = await blobs.GetPropertiesAsync(cancel);
        properties.Cors =
        [
            new BlobCorsRule
            {
                AllowedOrigins = string.Join(
                    ',',
                    origins.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                ),
                AllowedMethods = "PUT",
                AllowedHeaders = "content-type,x-ms-*",
                ExposedHeaders = "x-ms-*",
                MaxAgeInSeconds = 600,
            },
        ];
        await blobs.SetPropertiesAsync(properties, cancel);
    }
}
