using System.Text.RegularExpressions;

namespace RoadSeg.LocalHost.Blobs;

/// <summary>A write that made or replaced a blob of the emulator's own account, read from one line of Azurite's access log.</summary>
/// <param name="Api">PutBlob, PutBlockList or CopyBlob.</param>
internal sealed partial record BlobWrite(string Container, string Name, string Api)
{
    /// <summary>
    /// Null for anything but a successful Put Blob, Put Block List or Copy Blob:
    /// <c>127.0.0.1 - - [date] "PUT /devstoreaccount1/container/name HTTP/1.1" 201 -</c>.
    /// </summary>
    public static BlobWrite? Parse(string line)
    {
        if (Line().Match(line) is not { Success: true } match)
            return null;
        var status = match.Groups["status"].Value;
        if (ApiOf(match.Groups["query"].Value, status) is not { } api)
            return null;
        return new BlobWrite(Unescaped("container"), Unescaped("name"), api);

        string Unescaped(string group) => Uri.UnescapeDataString(match.Groups[group].Value);
    }

    // Put Blob answers 201 and Copy Blob 202; other writes on a blob name a comp or answer 200 or 204.
    private static string? ApiOf(string query, string status)
    {
        var comp = query.Split('&').FirstOrDefault(p => p.StartsWith("comp=", StringComparison.OrdinalIgnoreCase))?[5..].ToLowerInvariant();
        return (comp, status) switch
        {
            (null, "201") => "PutBlob",
            (null, "202") => "CopyBlob",
            ("blocklist", "201") => "PutBlockList",
            _ => null,
        };
    }

    [GeneratedRegex(
        """^\S+ - \S+ \[[^\]]*\] "PUT /devstoreaccount1/(?<container>[^/?\s]+)/(?<name>[^?\s]+)(?:\?(?<query>\S*))? HTTP/[\d.]+" (?<status>\d{3}) """
    )]
    private static partial Regex Line();
}
