using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>An answer, read whole.</summary>
internal sealed record FuzzAnswer(int Status, string? MediaType, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>Holds answers to what the API document says of them.</summary>
internal sealed class AnswerCheck(JsonNode document)
{
    private readonly SchemaCheck _schemas = new(document);

    /// <summary>What the document does not describe; nothing when all is as it says.</summary>
    public IEnumerable<string> Faults(FuzzRequest request, FuzzAnswer answer)
    {
        if (answer.Status >= 500)
            return [$"{answer.Status}: nothing is wrong with the service, and it says so."];
        if (request.Operation.Responses[answer.Status.ToString(CultureInfo.InvariantCulture)] is not JsonObject described)
            return answer.Status == 304 && request.Headers.Any(static header => header.Key == "If-None-Match") ? Unchanged(answer)
                : [$"{answer.Status} is not described."];
        if (request.Invalid is { } invalid && answer.Status is >= 200 and < 300)
            return [$"{answer.Status} to {invalid}, which the schema of the parameter forbids."];
        return [.. Headers(described, answer), .. request.Method == "HEAD" ? Empty(answer) : Content(described, answer)];
    }

    // Of files the document tells of it where it describes If-None-Match: see ApiResponses.
    private static IEnumerable<string> Unchanged(FuzzAnswer answer) =>
        [.. answer.Headers.ContainsKey("ETag") ? (string[])[] : ["The header ETag is missing."], .. Empty(answer)];

    private static IEnumerable<string> Headers(JsonObject described, FuzzAnswer answer)
    {
        foreach (var (name, header) in described["headers"]?.AsObject() ?? [])
        {
            if (!answer.Headers.TryGetValue(name, out var value))
            {
                if (header!["required"]?.GetValue<bool>() == true)
                    yield return $"The header {name} is missing.";
            }
            else if ((string?)header!["schema"]?["type"] == "integer"
                && !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                yield return $"The header {name} is '{value}', no whole number.";
            }
        }
    }

    private static IEnumerable<string> Empty(FuzzAnswer answer) => answer.Body.Length == 0 ? []
        : [$"{answer.Body.Length} bytes where no body is described."];

    private IEnumerable<string> Content(JsonObject described, FuzzAnswer answer)
    {
        var content = described["content"]?.AsObject();
        var part = answer.Status == 206;
        if (content is not { Count: > 0 })
            return part ? [] : Empty(answer);
        if (answer.MediaType is null || content[answer.MediaType] is not { } media)
            return [$"The content is {answer.MediaType ?? "of no type"}, described as {string.Join(" or ", content.Select(one => one.Key))}."];
        return answer.MediaType switch
        {
            "application/json" or "application/problem+json" => Json(media, answer),
            "application/jsonl" or "application/x-ndjson" => Lines(answer),
            "image/png" when !answer.Body.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G']) =>
                ["It is called PNG and is none."],
            "application/zip" when !answer.Body.AsSpan().StartsWith("PK"u8) => ["It is called ZIP and is none."],
            _ => [],
        };
    }

    private static IEnumerable<string> Lines(FuzzAnswer answer)
    {
        foreach (var line in System.Text.Encoding.UTF8.GetString(answer.Body).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (Parsed(System.Text.Encoding.UTF8.GetBytes(line)) is null)
                yield return $"A line is no JSON: {line}";
        }
    }

    private List<string> Json(JsonNode media, FuzzAnswer answer)
    {
        if (Parsed(answer.Body) is not { } body)
            return ["The body is no JSON."];
        var faults = _schemas.Faults(media["schema"], body, "body").ToList();
        if (answer.MediaType == "application/problem+json" && faults.Count == 0)
        {
            if ((int)body["status"]! != answer.Status)
                faults.Add($"The problem says {body["status"]}, the answer {answer.Status}.");
            if (media["examples"]?[(string)body["code"]!] is null)
                faults.Add($"The code {body["code"]} is not described for {answer.Status}.");
            if ((bool)body["retryable"]! && !answer.Headers.ContainsKey("Retry-After"))
                faults.Add("The problem is retryable, and no Retry-After says when.");
            if (((string)body["detail"]!).Contains("RoadSeg.", StringComparison.Ordinal)
                || ((string)body["detail"]!).Contains("System.", StringComparison.Ordinal))
                faults.Add($"The detail names a type: {body["detail"]}");
        }

        return faults;
    }

    private static JsonNode? Parsed(byte[] json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
