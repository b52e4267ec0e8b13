using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Datasets;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;
using RoadSeg.Labels;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Results;
using RoadSeg.Trainings;
using RoadSeg.Work;

namespace RoadSeg.Functions.Http.OpenApi;

/// <summary>The OpenAPI 3.1 document at /openapi/v1.json, generated from the endpoints and what they say of themselves.</summary>
internal static class OpenApiDocumentation
{
    private const string KeyScheme = "functionKey";

    // Names of schemas are part of the contract: clients are made of them.
    private static readonly Dictionary<Type, string> Published = new()
    {
        [typeof(WorkId)] = "JobId",
        [typeof(WorkId?)] = "JobId",
        [typeof(WorkFailure)] = "JobFailure",
    };

    private static readonly (string Name, string Description)[] Tags =
    [
        ("batches", "Many photos as one: how far they are, their manifest and archives of their results."),
        ("clips", "Addresses to put videos to, straight into storage."),
        ("datasets", "Sets of labelled photos that were dropped into storage: what their check found."),
        ("estimate", "What a photo would cost before it is sent."),
        ("jobs", "A photo, from its submission to its results."),
        ("labels", "The classes of the models."),
        ("models", "Models and their versions: which one serves."),
        ("review", "Jobs whose photo a person should look at, and their export for labelling."),
        ("trainings", "Training runs."),
        ("uploads", "Addresses to put photos to, straight into storage."),
        ("webhooks", "Receivers, tried before a job depends on them."),
    ];

    public static void AddApiDocument(this IServiceCollection services)
    {
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, JobJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(1, ResultJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(2, ApiJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(3, RegistryJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(4, DatasetRecordJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(5, TrainingJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(6, BatchJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Insert(7, TimelineJson.Default);
            json.SerializerOptions.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;

            // Written by name in manifests, which have a form of their own.
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter<InputElementType>());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter<TensorLayout>());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter<ChannelOrder>());
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter<OutputKind>());
        });
        services.AddOpenApi("v1", static options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            options.ShouldInclude = static description => description.RelativePath?.StartsWith("v1/", StringComparison.Ordinal) == true;
            options.AddSchemaTransformer(DescribeScalarAsync);
            options.CreateSchemaReferenceId = static type =>
                Published.GetValueOrDefault(type.Type) ?? OpenApiOptions.CreateDefaultSchemaReferenceId(type);
            options.AddOperationTransformer(DescribeOperationAsync);
            options.AddDocumentTransformer(DescribeDocumentAsync);
        });
    }

    private static Task DescribeDocumentAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancel)
    {
        document.Info = new OpenApiInfo
        {
            Title = "RoadSeg",
            Version = "v1",
            Description =
                "Turns road photos into per-pixel maps of road, vehicles, people, signs and the rest. Submit a photo, follow its job, "
                + "fetch the results: `POST /v1/jobs` with the photo, or `POST /v1/uploads` and a PUT to the address in the answer; "
                + "`GET /v1/jobs/{id}?wait=60` until `state` is succeeded, failed, canceled or expired; then the addresses in `links`. "
                + "Every failure is a problem document (RFC 9457) whose `code` is stable; a `Retry-After` says when asking again makes "
                + "sense. "
                + "What is no request at all (an address of more than 8 KiB, a NUL in a path) is refused by the server in front of the "
                + "service, without a body.",
            Contact = new OpenApiContact { Name = "Whoever gave you this address and your key" },
        };
        document.Servers = [new OpenApiServer { Url = "/", Description = "Where this document came from." }];
        document.Tags = new HashSet<OpenApiTag>(
            Tags.Select(static tag => new OpenApiTag { Name = tag.Name, Description = tag.Description })
        );
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = "x-functions-key",
                Description = "Function key. A deployment on one machine may ask for none.",
            },
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(KeyScheme, document)] = [] }];
        document.Webhooks = ApiWebhook.Of(document);
        foreach (var schema in document.Components.Schemas?.Values ?? [])
        {
            schema.Description = OneLine(schema.Description);
            FreeForm(schema);
            foreach (var (name, property) in schema.Properties ?? new Dictionary<string, IOpenApiSchema>())
            {
                property.Description = OneLine(property.Description);

                // Members that are null are left out.
                if (
                    property.Type?.HasFlag(JsonSchemaType.Null) == true
                    || property.OneOf?.Any(one => one.Type == JsonSchemaType.Null) == true
                )
                    schema.Required?.Remove(name);
            }
        }

        document.Components.Schemas?.Remove(nameof(JsonElement));
        return Task.CompletedTask;
    }

    // "Null, or any JSON" fits null twice, and one of several is to fit: what may be anything has no schema.
    private static void FreeForm(IOpenApiSchema schema)
    {
        foreach (var (name, property) in schema.Properties?.ToArray() ?? [])
        {
            if (property.OneOf?.FirstOrDefault(one => one is OpenApiSchemaReference { Reference.Id: nameof(JsonElement) }) is not { } any)
                continue;
            schema.Properties![name] = new OpenApiSchema { Description = any.Description };
            schema.Required?.Remove(name);
        }
    }

    // Comments in code are wrapped and indented.
    private static string? OneLine(string? text) =>
        text is null ? null : string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // Types with converters of their own are plain text in JSON, which the generator cannot see.
    private static Task DescribeScalarAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancel)
    {
        var optional = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type);
        var type = optional ?? context.JsonTypeInfo.Type;
        (string? Format, string? Pattern)? text =
            type == typeof(WorkId) ? (null, "^[0-9a-hjkmnp-tv-z]{26}$")
            : type == typeof(RgbColor) ? (null, "^#[0-9a-f]{6}$")
            : type == typeof(DateTimeOffset) ? ("date-time", null)
            : null;
        if (text is { } form)
            (schema.Type, schema.Format, schema.Pattern) = (
                JsonSchemaType.String | (optional is null ? 0 : JsonSchemaType.Null),
                form.Format,
                form.Pattern
            );
        if (type.IsEnum)
        {
            schema.Type = JsonSchemaType.String;

            // Null where it may be left out is said there: the type of the name is every member's that has it.
            schema.Enum = schema.Enum is null
                ? null
                : [.. schema.Enum.Where(static word => word is not null && !word.IsJsonNullSentinel())];
            if (type == typeof(JobPrivacy))
                schema.Enum = [.. JobPrivacies.Names.Select(static name => JsonValue.Create(name))];
        }

        // What Kiota's exceptions say.
        if (type == typeof(Problem) && schema.Properties?["detail"] is OpenApiSchema detail)
            detail.Extensions = new Dictionary<string, IOpenApiExtension> { ["x-ms-primary-error-message"] = new JsonNodeExtension(true) };
        if ((type == typeof(RegionPolygon) || type == typeof(RegionGeometry)) && schema.Properties?["coordinates"] is OpenApiSchema rings)
        {
            var corner = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = new OpenApiSchema { Type = JsonSchemaType.Integer },
                MinItems = 2,
                MaxItems = 2,
            };
            rings.Items = new OpenApiSchema
            {
                Type = JsonSchemaType.Array,
                Items = corner,
                MinItems = 4,
            };
        }

        return Task.CompletedTask;
    }

    private static async Task DescribeOperationAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancel
    )
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        operation.Tags = new HashSet<OpenApiTagReference> { new(context.Description.RelativePath!.Split('/')[1], context.Document) };

        // What a handler takes as a plain parameter is described here too, so that it stands in one place.
        var taken = metadata.OfType<TakenParameter>().ToArray();
        operation.Parameters = [.. (operation.Parameters ?? []).Where(parameter => taken.All(own => own.Name != parameter.Name))];
        foreach (var own in taken)
        {
            operation.Parameters.Add(
                new OpenApiParameter
                {
                    Name = own.Name,
                    In = own.InHeader ? ParameterLocation.Header : ParameterLocation.Query,
                    Description = own.Description,
                    Required = own.Required,
                    Schema = own.Named is { } type ? await NamedAsync(type, context, cancel) : own.Form,
                }
            );
        }

        foreach (
            var parameter in operation.Parameters.OfType<OpenApiParameter>().Where(parameter => parameter.In == ParameterLocation.Path)
        )
            parameter.Description = InPath(context.Description.RelativePath.Split('/')[1], parameter.Name!);
        if (metadata.OfType<TakenBody>().SingleOrDefault() is { } body)
            operation.RequestBody = await BodyAsync(body, operation.OperationId!, context, cancel);
        foreach (var form in metadata.OfType<OtherForm>())
            operation
                .Responses!["200"]
                .Content!.Add(
                    form.ContentType,
                    new OpenApiMediaType
                    {
                        Schema = Apart(await context.GetOrCreateSchemaAsync(form.Type, null, cancel), context.Document!),
                    }
                );
        ApiResponses.Complete(operation, metadata);
    }

    private static string InPath(string kind, string name) =>
        (kind, name) switch
        {
            (_, "version") => "The version.",
            ("trainings", _) => "The run's id.",
            ("models", _) => "The model's name.",
            ("datasets", _) => "The data set's name.",
            _ => "The job's id.",
        };

    private static async Task<OpenApiRequestBody> BodyAsync(
        TakenBody body,
        string operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancel
    )
    {
        var content = new Dictionary<string, OpenApiMediaType>();
        foreach (var type in body.ContentTypes)
        {
            content[type] = type switch
            {
                "application/json" => new OpenApiMediaType
                {
                    Schema = await NamedAsync(body.Type, context, cancel),
                    Example = ApiExamples.Of(operation, "request"),
                },
                "multipart/form-data" => new OpenApiMediaType { Schema = FormWithFile() },

                // Raw bytes have no schema in 3.1; by that NSwag, Kiota and openapi-typescript know them.
                _ => new OpenApiMediaType(),
            };
        }

        return new OpenApiRequestBody { Required = body.Required, Content = content };
    }

    // Under the type's name, which generated clients give to what they send.
    private static async Task<OpenApiSchemaReference> NamedAsync(
        Type type,
        OpenApiOperationTransformerContext context,
        CancellationToken cancel
    )
    {
        var schema = await context.GetOrCreateSchemaAsync(type, null, cancel);
        PartsApart(schema, context.Document!);
        context.Document!.AddComponent(type.Name, schema);
        return new OpenApiSchemaReference(type.Name, context.Document);
    }

    // What the generator does with the bodies that it knows of by itself: each type stands under its name, and not within others.
    private static IOpenApiSchema Apart(IOpenApiSchema schema, OpenApiDocument document)
    {
        if (schema is not OpenApiSchema own)
            return schema;
        PartsApart(own, document);
        if (own.Metadata is not { } notes || !notes.TryGetValue("x-schema-id", out var id) || id is not string { Length: > 0 } type)
            return own;
        document.AddComponent(type, own);
        var reference = new OpenApiSchemaReference(type, document);
        return notes.TryGetValue("x-is-nullable-property", out var optional) && optional is true
            ? new OpenApiSchema { OneOf = [new OpenApiSchema { Type = JsonSchemaType.Null }, reference] }
            : reference;
    }

    private static void PartsApart(OpenApiSchema schema, OpenApiDocument document)
    {
        foreach (var (name, property) in schema.Properties?.ToArray() ?? [])
            schema.Properties![name] = Apart(property, document);
        if (schema.Items is { } items)
            schema.Items = Apart(items, document);
    }

    // Nothing but the file: what else a form may hold stands in the query, where clients of every generator can leave it out and
    // give it several times.
    private static OpenApiSchema FormWithFile() =>
        new()
        {
            Type = JsonSchemaType.Object,
            Required = new HashSet<string> { "file" },
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["file"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.String,
                    Format = "binary",
                    Description = "The photo. Exactly one file.",
                },
            },
        };
}
