using Microsoft.OpenApi;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>What the OpenAPI document says of an endpoint, said in a file beside the endpoint.</summary>
internal static class ApiDescription
{
    /// <summary>Names an endpoint, which from then on can answer what every endpoint can.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, string description) =>
        endpoint
            .WithName(name)
            .WithSummary(summary)
            .WithDescription(description)
            .Produces(StatusCodes.Status401Unauthorized)
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.Internal, ErrorCodes.StorageUnavailable);

    public static RouteHandlerBuilder Takes(
        this RouteHandlerBuilder endpoint,
        string name,
        string description,
        OpenApiSchema? form = null
    ) => endpoint.WithMetadata(new TakenParameter(name, false, description, form ?? ParameterForms.Text));

    /// <summary>A parameter that has to be given.</summary>
    public static RouteHandlerBuilder Requires(
        this RouteHandlerBuilder endpoint,
        string name,
        string description,
        OpenApiSchema? form = null
    ) => endpoint.WithMetadata(new TakenParameter(name, false, description, form ?? ParameterForms.Text, Required: true));

    /// <summary>A parameter that takes the names of an enumeration that answers hold too.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder endpoint, string name, string description)
        where T : struct, Enum => endpoint.WithMetadata(new TakenParameter(name, false, description, ParameterForms.Text, typeof(T)));

    public static RouteHandlerBuilder TakesHeader(
        this RouteHandlerBuilder endpoint,
        string name,
        string description,
        OpenApiSchema? form = null
    ) => endpoint.WithMetadata(new TakenParameter(name, true, description, form ?? ParameterForms.Text));

    // Not Accepts<T>: routing would then answer 415 by itself, without a problem document.
    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder endpoint, bool required, params string[] contentTypes) =>
        endpoint
            .WithMetadata(new TakenBody(typeof(T), required, contentTypes))
            .Fails(ErrorCodes.RequestTooLarge, ErrorCodes.RequestTooSlow);

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<T>(status, "application/json");
        return endpoint;
    }

    /// <summary>For a second form of what <see cref="Answers"/> names, which a parameter asks for.</summary>
    public static RouteHandlerBuilder AnswersAs<T>(this RouteHandlerBuilder endpoint, string contentType) =>
        endpoint.WithMetadata(new OtherForm(typeof(T), contentType));

    public static RouteHandlerBuilder AnswersFile(this RouteHandlerBuilder endpoint, params string[] contentTypes) =>
        endpoint.Produces<Stream>(StatusCodes.Status200OK, contentTypes[0], contentTypes[1..]);

    public static RouteHandlerBuilder Sends(this RouteHandlerBuilder endpoint, string header, string description, params int[] statuses) =>
        endpoint.WithMetadata(new SentHeader(header, description, statuses));

    /// <summary>For what <see cref="Revalidation"/> answers to a GET.</summary>
    public static RouteHandlerBuilder Revalidates(this RouteHandlerBuilder endpoint) =>
        endpoint
            .TakesHeader("If-None-Match", "ETag of an earlier answer: 304 while nothing has changed.")
            .Produces(StatusCodes.Status304NotModified)
            .SendsVersion(StatusCodes.Status200OK, StatusCodes.Status304NotModified);

    public static RouteHandlerBuilder SendsVersion(this RouteHandlerBuilder endpoint, params int[] statuses) =>
        endpoint
            .Sends("ETag", "Changes with the answer. Send it as If-None-Match to ask whether it has.", statuses)
            .Sends("Retry-After", "Seconds after which asking again makes sense. Absent once nothing will change any more.", statuses);

    /// <summary>For files: kept by callers, and asked for in ranges.</summary>
    public static RouteHandlerBuilder AnswersInRanges(this RouteHandlerBuilder endpoint) =>
        endpoint
            .TakesHeader("If-None-Match", "ETag of an earlier answer: 304 with that ETag and no body if it is still the same.")
            .TakesHeader("Range", "bytes=first-last: only that part.")
            .Produces(StatusCodes.Status206PartialContent)
            .Produces(StatusCodes.Status304NotModified)
            .Produces(StatusCodes.Status416RangeNotSatisfiable)
            .Sends(
                "ETag",
                "Names this very content.",
                StatusCodes.Status200OK,
                StatusCodes.Status206PartialContent,
                StatusCodes.Status304NotModified
            )
            .Sends(
                "Cache-Control",
                "How long the answer may be kept.",
                StatusCodes.Status200OK,
                StatusCodes.Status206PartialContent,
                StatusCodes.Status304NotModified
            )
            .Sends(
                "Content-Range",
                "Which bytes these are, and of how many.",
                StatusCodes.Status206PartialContent,
                StatusCodes.Status416RangeNotSatisfiable
            );

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ErrorCode[] codes)
    {
        foreach (var status in codes.Select(code => code.HttpStatus).Distinct())
            endpoint.Produces<Problem>(status, "application/problem+json");
        return endpoint.WithMetadata(new FailureCodes(codes));
    }
}
