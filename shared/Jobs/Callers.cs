using System.Security.Cryptography;
using System.Text;

namespace RoadSeg.Jobs;

/// <summary>Names of callers. A caller sees and counts its own jobs only; another's are not found.</summary>
public static class Callers
{
    /// <summary>Who asks where no key is asked for, and whose the bare drops are.</summary>
    public const string Local = "local";

    /// <summary>Name of a caller known by its function key alone: the key's hash, so that no key is ever stored.</summary>
    /// <returns><c>key-</c> and 16 hexadecimal digits of the key's SHA-256.</returns>
    public static string OfKey(string key) => "key-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 8));

    /// <summary>True for 1 to 40 lower-case letters, digits and hyphens: safe in a blob path.</summary>
    public static bool IsValid(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= 40 && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '-');
    }
}
