using System.Globalization;
using System.Text.Json.Nodes;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>Makes requests from the API document: each from the run's seed and its own number, and from what the service has told of so
/// far.</summary>
internal sealed class RequestMaker(JsonNode document, IReadOnlyList<ApiOperation> operations, KnownThings known,
    IReadOnlyList<string?> keys, int seed)
{
    private const int MostAddress = 6000;

    private static readonly string[] Ranges =
        ["bytes=0-9", "bytes=5-", "bytes=-5", "bytes=0-0", "bytes=99999999-", "bytes=9-2", "bytes=0-1,4-5", "bytes=", "items=0-1",
            "bytes=a-b", "bytes=0-99999999999999999999", "bytes=-0"];

    private static readonly string[] Preferences =
        ["wait=0", "wait=1", "respond-async, wait=1", "wait=-1", "wait=x", "wait", "", ",,,", "wait=1, wait=2"];

    private static readonly string[] Hooks =
        ["https://example.invalid/hook", "http://127.0.0.1/", "https://10.0.0.1/x", "https://user:pw@example.invalid/",
        "ftp://example.invalid/", "/relative"];

    private static readonly string[] JsonTypes =
        ["text/plain", "application/xml", "application/json; charset=utf-16", "application/vnd.api+json", "multipart/form-data", "x",
            "application/json;charset=\"", "/"];

    private static readonly string[] ImageTypes =
        ["image/gif", "image/svg+xml", "text/html", "application/pdf", "image/", "IMAGE/JPEG", "multipart/form-data",
            "multipart/mixed; boundary=x", "x", "*/*", "image/jpeg; charset"];

    private static readonly string[] Times = ["2026-01-31", "2026-01-31T12:00:00Z", "2099-01-01T00:00:00+02:00"];

    private static readonly string[] Boxes = ["5.9,45.8,10.5,47.8", "177,-20,-178,-16", "-180,-90,180,90"];

    /// <summary>Request number n of the run.</summary>
    public FuzzRequest Make(int number)
    {
        var values = new SchemaValues(document, new Random(HashCode(seed, number)));
        var operation = operations[number % operations.Count];
        var headers = new List<KeyValuePair<string, string>>();

        // Of many parameters a few: of ten that are all given, one is always wrong.
        var given = Math.Max(2, operation.Parameters.Count(static parameter => (string?)parameter["in"] == "query") / 2);
        var (query, invalid, target) = (new List<string>(), (string?)null, operation.Path);
        foreach (var parameter in operation.Parameters)
        {
            var (name, place) = ((string)parameter["name"]!, (string)parameter["in"]!);
            if (place == "path")
            {
                target = target.Replace($"{{{name}}}", FuzzRequest.Escaped(InPath(operation, name, values)), StringComparison.Ordinal);
                continue;
            }

            var required = parameter["required"]?.GetValue<bool>() == true;
            if (required ? values.OneIn(10) : !values.OneIn(place == "query" ? given : 4))
                continue;
            var several = (string?)parameter["schema"]!["type"] == "array";
            for (var i = several ? values.Pick<int>([1, 1, 2, 16, 17]) : 1; i > 0; i--)
            {
                var (text, wrong) = Given(parameter, name, several ? parameter["schema"]!["items"]! : parameter["schema"]!, values);
                invalid = wrong ? $"{name}={text}" : invalid;
                if (place == "query")
                    query.Add($"{name}={FuzzRequest.Escaped(text)}");
                else if (Sendable(text))
                    headers.Add(new(name, text));
            }

            // Twice what is said once: the document does not tell which counts.
            if (place == "query" && values.OneIn(20))
                (query, invalid) = ([.. query, values.Pick([query[^1], name, $"{name}="])], null);
        }

        if (values.OneIn(20))
            query.Add(values.Pick(["unknown=1", "%", "=", "&&", "a[]=1", "%ZZ=%", FuzzRequest.Escaped(values.OddText()) + "=1"]));
        // Servers bound the length of an address, before there is a service to answer.
        while (target.Length + query.Sum(static part => part.Length + 1) > MostAddress && query.Count > 0)
            query.RemoveAt(query.Count - 1);
        target += query.Count > 0 ? "?" + string.Join('&', query) : "";
        if (keys[values.Random.Next(keys.Count)] is { } key)
            headers.Add(new(FuzzStack.KeyHeader, key));
        var (body, type) = operation.Body is { } content ? Body(content, operation, values) : (null, null);

        // Answers in ranges have HEAD too, which is not described beside its GET.
        var ranged = operation.Parameters.Any(parameter => (string?)parameter["name"] == "Range");
        var method = ranged && values.OneIn(8) ? "HEAD" : operation.Method;
        return new FuzzRequest(number, operation, method, target, headers, body, type, body is not null && values.OneIn(4), invalid);
    }

    // string.GetHashCode and HashCode.Combine are seeded anew in every process.
    private static int HashCode(int seed, int number) => unchecked((seed * 1_000_003) ^ (number * 7919));

    // Http forbids line ends and NUL in a header; the client trims spaces.
    private static bool Sendable(string text) => text.All(static c => c is >= ' ' and not '\u007F');

    private (string Text, bool Wrong) Given(JsonNode parameter, string name, JsonNode schema, SchemaValues values)
    {
        if (values.OneIn(4))
            return values.Forbidden(schema) is { } wrong ? (wrong, (string?)parameter["in"] == "query") : (values.OddText(), false);
        return (name switch
        {
            // Long waits are for their own tests.
            "wait" => values.Pick(["0", "1"]),
            "Prefer" => values.Pick(Preferences),
            "Range" => values.Pick(Ranges),
            "If-None-Match" => values.Pick(
                [known.Any("etag", values.Random) ?? "*", known.Any("etag", values.Random) ?? "*", "*", "\"x\"", "W/\"x\", \"y\"", "x"]),
            "Idempotency-Key" => values.OneIn(2) ? $"key-{values.Random.Next(20)}" : values.Text(schema),
            "after" => known.Any("after", values.Random) ?? values.OddText(),
            "model" => values.Pick([known.Any("model", values.Random)!, known.Any("model@version", values.Random)!, values.OddText()]),
            "webhook" => values.Pick(Hooks),
            "since" or "until" => values.Pick(Times),
            "bbox" => values.Pick(Boxes),
            "job" => known.Any("jobs", values.Random)!,
            "to" when schema["enum"] is null && schema["$ref"] is null => known.Any("dataset-version", values.Random)!,
            "name" when values.OneIn(2) => known.Any("dataset", values.Random)!,
            _ => values.Text(schema),
        }, false);
    }

    private string InPath(ApiOperation operation, string name, SchemaValues values)
    {
        var kind = operation.Path.Split('/')[2];
        var text = values.OneIn(5)
            ? values.OddText()
            : known.Any((kind, name) switch
            {
                (_, "id") => kind,
                ("models", "name") => "model",
                ("models", "version") => "version",
                ("datasets", "name") => "dataset",
                ("datasets", "version") => "dataset-version",
                ("batches", "number") => "archive-part",
                _ => name,
            }, values.Random) ?? values.OddText();

        // An empty step, or steps between folders, are other paths; one with a NUL is refused by the server itself.
        return text.Length == 0 || text is "." or ".." ? "-" : text.Replace('\0', '-');
    }

    private (byte[]? Body, string? Type) Body(JsonObject content, ApiOperation operation, SchemaValues values)
    {
        if (values.OneIn(20))
            return values.OneIn(2) ? (null, null) : ([], values.OneIn(2) ? null : content.First().Key);
        if (content["application/json"] is not { } json)
            return Photo(content, values);
        var value = values.OneIn(3) ? json["example"]!.DeepClone() : values.Json(json["schema"]);
        if (operation.Path == "/v1/trainings" && value is JsonObject run && !values.OneIn(4))
            run["dataset"] = known.Any("dataset", values.Random);
        var body = values.OneIn(2) ? values.Damaged(value) : FuzzRequest.Bytes(value?.ToJsonString() ?? "null");
        return (body, values.OneIn(8) ? values.Pick(JsonTypes) : "application/json");
    }

    private static (byte[]? Body, string? Type) Photo(JsonObject content, SchemaValues values)
    {
        var type = values.Pick([.. content.Select(media => media.Key)]);
        var photo = FuzzStack.Photos[values.Random.Next(FuzzStack.Photos.Count)];
        if (values.OneIn(2))
            photo = DamagedPhoto(photo, values);
        if (type == "multipart/form-data")
            return Form(photo, values);
        return (photo, values.OneIn(6) ? values.Pick(ImageTypes) : type);
    }

    private static byte[] DamagedPhoto(byte[] photo, SchemaValues values)
    {
        var random = values.Random;
        var damaged = photo.ToArray();
        switch (random.Next(5))
        {
            case 0: return damaged[..random.Next(damaged.Length)];
            case 1: return FuzzRequest.Bytes(values.OddText());
            case 2: return [.. damaged, .. new byte[random.Next(5000)]];
            case 3:
                damaged.AsSpan(random.Next(damaged.Length)).Fill((byte)random.Next(256));
                return damaged;
            default:
                for (var i = random.Next(1, 8); i > 0; i--)
                    damaged[random.Next(Math.Min(damaged.Length, values.OneIn(2) ? 64 : damaged.Length))] ^= (byte)(1 << random.Next(8));
                return damaged;
        }
    }

    private static (byte[] Body, string Type) Form(byte[] photo, SchemaValues values)
    {
        var boundary = $"b{values.Random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)}";
        var body = new MemoryStream();
        var files = values.Pick<int>([0, 1, 1, 1, 1, 1, 2]);
        string[] fields = ["model", "tag", "webhook", "unknown", "file"];
        for (var i = values.Random.Next(3); i > 0; i--)
            Part($"form-data; name=\"{values.Pick(fields)}\"", FuzzRequest.Bytes(values.OneIn(2) ? $"a{i}:b" : values.OddText()));
        for (; files > 0; files--)
        {
            var name = values.OneIn(2) ? "photo.jpg" : new string([.. values.OddText().Where(c => c is not ('"' or '\0' or '\r' or '\n'))]);
            var form = values.OneIn(6) ? $"form-data; name=file; filename*=UTF-8''{FuzzRequest.Escaped(name)}"
                : $"form-data; name=\"file\"; filename=\"{name}\"";
            Part(form, photo, values.Pick(["image/jpeg", "image/png", "", "x"]));
        }

        Write(values.OneIn(10) ? "" : $"--{boundary}--\r\n");
        var sent = values.OneIn(12) ? body.ToArray()[..values.Random.Next((int)body.Length + 1)] : body.ToArray();
        var type = values.OneIn(10)
            ? values.Pick(["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=other",
                $"multipart/form-data; boundary=\"{new string('b', 300)}\""])
            : $"multipart/form-data; boundary={boundary}";
        return (sent, type);

        void Part(string disposition, byte[] content, string contentType = "")
        {
            Write($"--{boundary}\r\nContent-Disposition: {disposition}\r\n{(contentType.Length > 0 ? $"Content-Type: {contentType}\r\n" : "")}\r\n");
            body.Write(content);
            Write("\r\n");
        }

        void Write(string text) => body.Write(FuzzRequest.Bytes(text));
    }
}
