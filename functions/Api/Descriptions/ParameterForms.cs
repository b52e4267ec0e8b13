using System.Globalization;
using Microsoft.OpenApi;

namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>What a parameter may be, for the OpenAPI document. A query holds text: the endpoint reads and checks it by itself.</summary>
internal static class ParameterForms
{
    public static OpenApiSchema Text => new() { Type = JsonSchemaType.String };

    /// <summary>Visible ASCII, as Idempotency-Key takes it.</summary>
    public static OpenApiSchema Key => new() { Type = JsonSchemaType.String, Pattern = "^[!-~]{1,255}$" };

    /// <summary>Four numbers with commas between them.</summary>
    public static OpenApiSchema Box => new() { Type = JsonSchemaType.String, Pattern = @"^-?[0-9]+(\.[0-9]+)?(,-?[0-9]+(\.[0-9]+)?){3}$" };

    /// <summary>A parameter that may be given several times.</summary>
    public static OpenApiSchema Several(int most, string pattern) =>
        new()
        {
            Type = JsonSchemaType.Array,
            MaxItems = most,
            Items = new OpenApiSchema { Type = JsonSchemaType.String, Pattern = pattern },
        };

    public static OpenApiSchema Whole(long least, long most, long? standard = null) =>
        Bounded(JsonSchemaType.Integer, least, most, standard);

    public static OpenApiSchema Number(double least, double most, double? standard = null) =>
        Bounded(JsonSchemaType.Number, least, most, standard);

    /// <summary>One of a few words.</summary>
    /// <param name="title">Name of the type that generated clients make of it.</param>
    /// <param name="words">The words.</param>
    public static OpenApiSchema OneOf(string title, params IEnumerable<string> words) =>
        new()
        {
            Title = title,
            Type = JsonSchemaType.String,
            Enum = [.. words],
        };

    public static OpenApiSchema Flag => new() { Type = JsonSchemaType.Boolean };

    private static OpenApiSchema Bounded(JsonSchemaType type, double least, double most, double? standard) =>
        new()
        {
            Type = type,
            Minimum = least.ToString(CultureInfo.InvariantCulture),
            Maximum = most.ToString(CultureInfo.InvariantCulture),
            Default =
                standard is not { } value ? null
                : type == JsonSchemaType.Integer ? (long)value
                : value,
        };
}
