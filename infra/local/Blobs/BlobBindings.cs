using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Blobs;

/// <summary>The <c>blob</c> input and output bindings, both of the stream type.</summary>
internal static class BlobBindings
{
    /// <summary>Text, or bytes for <c>dataType: binary</c>; null when the blob does not exist.</summary>
    public static async Task<object?> ReadAsync(BlobServiceClient account, string path, BindingDataType dataType)
    {
        try
        {
            var content = (await Find(account, path).Blob.DownloadContentAsync()).Value.Content;
            return dataType == BindingDataType.Binary ? content.ToArray() : Text(content);
        }
        catch (RequestFailedException error) when (error.Status == 404)
        {
            return null;
        }
    }

    public static async Task WriteAsync(BlobServiceClient account, string path, object value)
    {
        var (container, blob) = Find(account, path);
        await container.CreateIfNotExistsAsync();
        await blob.UploadAsync(new BinaryData(Bytes(value)), overwrite: true);
    }

    internal static byte[] Bytes(object value) => value switch
    {
        byte[] bytes => bytes,
        string text => Encoding.UTF8.GetBytes(text),
        bool flag => BitConverter.GetBytes(flag),
        // Four bytes, as the real host cuts it (sic).
        long number => BitConverter.GetBytes(unchecked((int)number)),
        double number => BitConverter.GetBytes(number),
        JToken json => Encoding.UTF8.GetBytes(json.ToString(Formatting.None)),
        _ => throw new InvalidOperationException($"A blob output cannot be written from a value of type {value.GetType().Name}. Answer base64 of the bytes."),
    };

    private static string Text(BinaryData content)
    {
        using var reader = new StreamReader(content.ToStream());
        return reader.ReadToEnd();
    }

    private static (BlobContainerClient Container, BlobClient Blob) Find(BlobServiceClient account, string path)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == path.Length - 1)
            throw new InvalidOperationException($"The blob path '{path}' must be container/name.");
        var container = account.GetBlobContainerClient(path[..slash]);
        return (container, container.GetBlobClient(path[(slash + 1)..]));
    }
}
