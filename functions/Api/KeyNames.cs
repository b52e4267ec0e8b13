using System.Security.Cryptography;
using System.Text;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Api;

/// <summary>Names of callers by the hashes of their keys, as settings have them: no key stands in a setting.</summary>
internal static class KeyNames
{
    /// <summary>A setting <c>name=sha256,name=sha256</c>. Several keys may share a name, so that a key can be replaced.</summary>
    /// <returns>SHA-256 of a key (lower-case hex) to the caller's name.</returns>
    /// <exception cref="InvalidOperationException">An entry is of another form.</exception>
    public static IReadOnlyDictionary<string, string> Read(IConfiguration settings, string setting)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in (settings[setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (entry.Split('=') is not [var name, { Length: 64 } hash] || !Callers.IsValid(name) || !hash.All(char.IsAsciiHexDigitLower))
                throw new InvalidOperationException(
                    $"{setting} has the entry '{entry}': write name=sha256, the name in lower-case letters, digits and hyphens, the hash "
                        + "of the key in lower-case hex."
                );
            names[hash] = name;
        }

        return names;
    }

    /// <summary>The hash that a key is listed by.</summary>
    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
