using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Signatures of <see href="https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md">Standard
/// Webhooks 1.0.0</see>: HMAC-SHA256 over id, timestamp and body, separated by points.</summary>
internal static class WebhookSignature
{
    /// <summary>The value of the header <c>webhook-signature</c>: one signature for each secret, separated by spaces.</summary>
    public static string Of(IReadOnlyList<byte[]> secrets, string id, DateTimeOffset timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{Seconds(timestamp)}."), .. body];
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, signed))));
    }

    /// <summary>The value of the header <c>webhook-timestamp</c>: seconds since 1970.</summary>
    public static string Seconds(DateTimeOffset timestamp) => timestamp.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
