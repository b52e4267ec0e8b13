using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>A parameter that an endpoint reads from the request by itself.</summary>
internal sealed record TakenParameter(string Name, bool InHeader, string Description);

/// <summary>The body an endpoint reads by itself.</summary>
internal sealed record TakenBody(Type Type, bool Required, IReadOnlyList<string> ContentTypes);

/// <summary>The codes an endpoint can fail with.</summary>
internal sealed record FailureCodes(IReadOnlyList<ErrorCode> Codes);

/// <summary>What the OpenAPI document says of an endpoint, said where the endpoint is mapped.</summary>
internal static class ApiDescription
{
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, string description) =>
        endpoint.WithName(name).WithSummary(summary).WithDescription(description);

    public static RouteHandlerBuilder Takes(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new TakenParameter(name, false, description));

    public static RouteHandlerBuilder TakesHeader(this RouteHandlerBuilder endpoint, string name, string description) =>
        endpoint.WithMetadata(new TakenParameter(name, true, description));

    // Not Accepts<T>: routing would then answer 415 by itself, without a problem document.
    public static RouteHandlerBuilder TakesBody<T>(this RouteHandlerBuilder endpoint, bool required, params string[] contentTypes) =>
        endpoint.WithMetadata(new TakenBody(typeof(T), required, contentTypes));

    public static RouteHandlerBuilder Answers<T>(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
            endpoint.Produces<T>(status, "application/json");
        return endpoint;
    }

    public static RouteHandlerBuilder AnswersFile(this RouteHandlerBuilder endpoint, params string[] contentTypes) =>
        endpoint.Produces<Stream>(StatusCodes.Status200OK, contentTypes[0], contentTypes[1..]);

    public static RouteHandlerBuilder Fails(this RouteHandlerBuilder endpoint, params ErrorCode[] codes)
    {
        foreach (var status in codes.Select(code => code.HttpStatus).Distinct())
            endpoint.Produces<Problem>(status, "application/problem+json");
        return endpoint.WithMetadata(new FailureCodes(codes));
    }
}
