using System.Text;

namespace RoadSeg.LocalHost.Queues;

/// <summary>Message bytes to and from the text on the wire (<c>messageEncoding</c>).</summary>
internal static class QueueEncoding
{
    public static string Encode(ReadOnlySpan<byte> body, bool base64) =>
        base64 ? Convert.ToBase64String(body) : Encoding.UTF8.GetString(body);

    /// <exception cref="FormatException">The text is not base64.</exception>
    public static byte[] Decode(string text, bool base64) =>
        base64 ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(text);
}
