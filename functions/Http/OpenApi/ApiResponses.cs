using System.Globalization;
using Microsoft.OpenApi;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Http.OpenApi;

/// <summary>What the OpenAPI document says of answers: descriptions, headers and examples.</summary>
internal static class ApiResponses
{
    // What never has a body to describe it.
    private static readonly Dictionary<string, string> Bare = new()
    {
        ["204"] = "It is done. No body.",
        ["206"] = "The part that Range asked for.",
        ["304"] = "Nothing has changed since the answer with that ETag.",
        ["401"] = "The key is missing or not known. No body.",
        ["416"] = "The content has no such range. No body.",
    };

    /// <summary>Completes the answers of an operation.</summary>
    public static void Complete(OpenApiOperation operation, IList<object> metadata)
    {
        operation.Responses ??= [];
        var sent = metadata.OfType<SentHeader>().ToList();
        if (
            operation.Parameters?.Any(parameter => parameter.Name == "If-None-Match") == true
            && operation.Responses.TryAdd("304", new OpenApiResponse())
        )
            sent.Add(
                new SentHeader(
                    "ETag",
                    "Changes with the answer. Send it as If-None-Match to ask whether it has.",
                    [StatusCodes.Status200OK, StatusCodes.Status304NotModified]
                )
            );

        // Kiota takes an operation without JSON for one without any content when a 304 stands beside it. What asks for it tells of it.
        if (operation.Responses.GetValueOrDefault("200")?.Content?.ContainsKey("application/json") != true)
            operation.Responses.Remove("304");
        var failures = metadata.OfType<FailureCodes>().SelectMany(codes => codes.Codes).Distinct().ToArray();
        var answers = operation.Responses.OrderBy(answer => answer.Key, StringComparer.Ordinal).ToArray();
        operation.Responses.Clear();
        foreach (var (status, response) in answers)
        {
            operation.Responses.Add(status, response);
            Complete(
                operation.OperationId!,
                status,
                (OpenApiResponse)response,
                sent,
                [.. failures.Where(code => status == Text(code.HttpStatus))]
            );
        }
    }

    private static void Complete(
        string operation,
        string status,
        OpenApiResponse response,
        IEnumerable<SentHeader> sent,
        ErrorCode[] failures
    )
    {
        response.Description = Bare.GetValueOrDefault(status, response.Description ?? "");
        foreach (var header in sent.Where(header => header.Statuses.Any(one => Text(one) == status)))
        {
            (response.Headers ??= new Dictionary<string, IOpenApiHeader>())[header.Name] = Header(
                header.Description,
                header.Name == "Retry-After",
                header.Name is not ("Retry-After" or "Preference-Applied")
            );
        }

        foreach (var (type, media) in response.Content ?? new Dictionary<string, OpenApiMediaType>())
        {
            if (type == "application/problem+json")
            {
                response.Description = string.Join("; ", failures.Select(code => code.Title)) + ".";
                media.Examples = failures.ToDictionary(
                    code => code.Code,
                    IOpenApiExample (code) => new OpenApiExample { Value = ApiExamples.Problem(code) }
                );
                if (failures.Any(code => code.Retryable))
                    (response.Headers ??= new Dictionary<string, IOpenApiHeader>())["Retry-After"] = Header(
                        "Seconds after which the same request may succeed. Sent where the problem is retryable.",
                        true
                    );
            }
            else if (type == "application/json" && ApiExamples.Of(operation, status) is { } example)
            {
                media.Example = example;
            }
        }
    }

    public static OpenApiHeader Header(string description, bool whole = false, bool always = false) =>
        new()
        {
            Description = description,
            Required = always,
            Schema = new OpenApiSchema { Type = whole ? JsonSchemaType.Integer : JsonSchemaType.String },
        };

    private static string Text(int status) => status.ToString(CultureInfo.InvariantCulture);
}
