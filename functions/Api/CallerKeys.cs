using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Api;

/// <summary>Distinguishes callers by the function key that the host let in.</summary>
/// <param name="names">SHA-256 of a key (lower-case hex) to the caller's name.</param>
internal sealed class CallerKeys(IReadOnlyDictionary<string, string> names)
{
    /// <summary>The header that a key comes in.</summary>
    public const string Header = "x-functions-key";

    private const string Setting = "ROADSEG_CALLERS";

    /// <summary>Setting ROADSEG_CALLERS: <c>name=sha256,name=sha256</c>. Several keys may share a name, so that a key can be
    /// replaced without its jobs being lost. A key that is not listed is a caller of its own.</summary>
    public static CallerKeys Read(IConfiguration settings) => new(KeyNames.Read(settings, Setting));

    /// <summary>Whose request it is. The host has checked the key, or is set to ask for none.</summary>
    /// <exception cref="RoadSegException">request-invalid: two different keys.</exception>
    public string Of(HttpRequest request)
    {
        var keys = request.Headers[Header].Concat(request.Query["code"]).Where(key => !string.IsNullOrEmpty(key)).Distinct().ToArray();
        return keys switch
        {
            [] => Callers.Local,
            [{ } key] => names.GetValueOrDefault(KeyNames.HashOf(key), Callers.OfKey(key)),
            _ => throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                "The request carries two different keys. Send one, in the header x-functions-key."
            ),
        };
    }
}
