using System.Net.Http.Headers;
using System.Text;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Labelling;

/// <summary>Keys of labelling tools. They can send HTTP Basic authentication (RFC 7617) and no header of the Functions host, so that the
/// service checks these keys itself; nothing but the tools' calls is open to them.</summary>
/// <param name="names">SHA-256 of a key (lower-case hex) to the name of the caller whose the jobs are; none: no tool is answered.</param>
internal sealed class LabellingKeys(IReadOnlyDictionary<string, string> names)
{
    private const string Setting = "ROADSEG_LABELLING_KEYS";

    /// <summary>Setting ROADSEG_LABELLING_KEYS: <c>name=sha256,name=sha256</c>. A name that stands in ROADSEG_CALLERS too is that
    /// caller. Empty, the default: off.</summary>
    public static LabellingKeys Read(IConfiguration settings) => new(KeyNames.Read(settings, Setting));

    /// <summary>Whose request it is: the key is the password, the user's name is not read.</summary>
    /// <exception cref="RoadSegException">route-not-found where there are no keys; key-required.</exception>
    public string Require(HttpRequest request)
    {
        if (names.Count == 0)
            throw new RoadSegException(
                ErrorCodes.RouteNotFound,
                $"This deployment answers no labelling tools: it has no keys for them ({Setting}; docs/labelling.md)."
            );
        return Password(request) is { } key && names.TryGetValue(KeyNames.HashOf(key), out var caller)
            ? caller
            : throw new RoadSegException(
                ErrorCodes.KeyRequired,
                "Send a key for labelling tools as the password of HTTP Basic authentication, with any user name (docs/labelling.md)."
            );
    }

    private static string? Password(HttpRequest request)
    {
        if (
            !AuthenticationHeaderValue.TryParse(request.Headers.Authorization, out var sent)
            || !sent.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase)
            || sent.Parameter is not { } encoded
        )
            return null;
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, bytes, out var length))
            return null;
        var pair = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : pair[(colon + 1)..];
    }
}
