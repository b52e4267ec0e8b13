using System.Globalization;
using System.Text;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>A request as it goes over the wire.</summary>
/// <param name="Number">Which one of its run.</param>
/// <param name="Operation">The operation it was made for.</param>
/// <param name="Method">Its method, or HEAD for a GET.</param>
/// <param name="Target">Path and query, percent-encoded.</param>
/// <param name="Headers">Without the body's type.</param>
/// <param name="Body">Null for none.</param>
/// <param name="ContentType">Of the body; null for none.</param>
/// <param name="Chunked">Whether the body's length is left out.</param>
/// <param name="Invalid">What of it the document rules out; null where nothing is known to be.</param>
internal sealed record FuzzRequest(
    int Number, ApiOperation Operation, string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers,
    byte[]? Body, string? ContentType, bool Chunked, string? Invalid)
{
    /// <summary>Raw bytes that are no UTF-8 stand in texts as U+DC80 to U+DCFF.</summary>
    public static byte[] Bytes(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is >= '\uDC80' and <= '\uDCFF' && (i == 0 || !char.IsHighSurrogate(text[i - 1])))
                bytes.Add((byte)(text[i] - 0xDC00));
            else if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i++, 2)));
            else
                bytes.AddRange(Encoding.UTF8.GetBytes(text[i].ToString()));
        }

        return [.. bytes];
    }

    public static string Escaped(string text) => string.Concat(Bytes(text).Select(static b =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'-' or (byte)'.' or (byte)'_' or (byte)'~' ? ((char)b).ToString() : $"%{b:X2}"));

    public HttpRequestMessage Message(Uri server)
    {
        // As written: Uri would unescape and shorten what looks like steps between folders.
        var address = new Uri(server.GetLeftPart(UriPartial.Authority) + Target,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(Method), address);
        if (Body is not null)
        {
            message.Content = Chunked ? new StreamContent(new Unsized(Body)) : new ByteArrayContent(Body);
            if (ContentType is not null)
                message.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        }

        foreach (var (name, value) in Headers)
            message.Headers.TryAddWithoutValidation(name, value);
        return message;
    }

    /// <summary>The same as a command; a body that is no text goes to a file beside the tests' results.</summary>
    public string Curl(Uri server, string bodies)
    {
        var command = new StringBuilder().Append(CultureInfo.InvariantCulture,
            $"curl -sS -i --path-as-is {(Method == "HEAD" ? "-I" : $"-X {Method}")} {Quoted(server.GetLeftPart(UriPartial.Authority) + Target)}");
        foreach (var (name, value) in Headers)
            command.Append(CultureInfo.InvariantCulture, $" -H {Quoted($"{name}: {(name == FuzzStack.KeyHeader ? "$KEY" : value)}")}");
        if (ContentType is not null)
            command.Append(CultureInfo.InvariantCulture, $" -H {Quoted($"Content-Type: {ContentType}")}");
        if (Chunked)
            command.Append(" -H 'Transfer-Encoding: chunked'");
        if (Body is { Length: < 400 } && Body.All(static b => b is >= 0x20 and < 0x7F))
            return command.Append(CultureInfo.InvariantCulture, $" --data-binary {Quoted(Encoding.ASCII.GetString(Body))}").ToString();
        if (Body is not null)
        {
            var file = Path.Combine(bodies, $"fuzz-body-{Number}.bin");
            Directory.CreateDirectory(bodies);
            File.WriteAllBytes(file, Body);
            command.Append(CultureInfo.InvariantCulture, $" --data-binary @{Quoted(file)}");
        }

        return command.ToString();
    }

    private static string Quoted(string text) => $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    // A stream that cannot be measured is sent in chunks.
    private sealed class Unsized(byte[] content) : MemoryStream(content, writable: false)
    {
        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();
    }
}
