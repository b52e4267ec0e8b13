using System.Security.Cryptography;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Configuration;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Http;

/// <summary>
/// Master, host and function keys in <c>keys.json</c>:
/// <c>{"master":"…","host":{"default":"…"},"functions":{"Name":{"default":"…"}}}</c>. Missing ones are generated and written back.
/// </summary>
internal sealed class FunctionKeys
{
    private const string FileName = "keys.json";
    private const string HeaderName = "x-functions-key";
    private const string QueryName = "code";
    private const int KeyBytes = 32;

    private readonly JObject _keys;

    private FunctionKeys(string file, JObject keys) => (File, _keys) = (file, keys);

    /// <summary>Where the keys are kept.</summary>
    public string File { get; }

    public static FunctionKeys Load(string folder, IEnumerable<FunctionDefinition> functions)
    {
        PrivateFolder.Make(folder);
        var file = Path.Combine(folder, FileName);
        JObject keys;
        try
        {
            keys = System.IO.File.Exists(file) ? JObject.Parse(System.IO.File.ReadAllText(file)) : [];
        }
        catch (JsonException error)
        {
            throw new HostConfigurationException(
                $"'{file}' is not valid JSON: {error.Message} Mend it, or delete it to have new keys.",
                error
            );
        }
        var before = keys.ToString();
        keys["master"] ??= NewKey();
        keys["host"] ??= new JObject { ["default"] = NewKey() };
        var own = (JObject)(keys["functions"] ??= new JObject());
        foreach (var function in functions.Where(f => f.IsHttp))
            own[function.Name] ??= new JObject { ["default"] = NewKey() };
        if (keys.ToString() != before)
            Write(file, keys.ToString());
        return new FunctionKeys(file, keys);
    }

    /// <summary>What a request's key opens. The header wins over the query, even when it is wrong.</summary>
    public AuthorizationLevel LevelOf(HttpRequest request, string? function)
    {
        var key = request.Headers.TryGetValue(HeaderName, out var header) ? header.ToString() : request.Query[QueryName].ToString();
        if (key.Length == 0)
            return AuthorizationLevel.Anonymous;
        if (Same(key, (string?)_keys["master"]))
            return AuthorizationLevel.Admin;
        var own = function is null ? null : (_keys["functions"] as JObject)?.GetValue(function, StringComparison.OrdinalIgnoreCase);
        return Values(_keys["host"]).Concat(Values(own)).Any(value => Same(key, value))
            ? AuthorizationLevel.Function
            : AuthorizationLevel.Anonymous;
    }

    private static IEnumerable<string?> Values(JToken? keys) =>
        keys is JObject named ? named.Properties().Select(p => (string?)p.Value) : [];

    private static bool Same(string given, string? key) =>
        key is { Length: > 0 } && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(key));

    private static string NewKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes)).Replace('+', '-').Replace('/', '_');

    // Written beside and renamed, readable by the owner only.
    private static void Write(string file, string text)
    {
        var fresh = file + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(fresh, Encoding.UTF8, options))
            writer.Write(text);
        System.IO.File.Move(fresh, file, overwrite: true);
    }
}
