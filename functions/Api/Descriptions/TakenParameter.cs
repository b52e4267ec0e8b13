using Microsoft.OpenApi;

namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>A parameter that an endpoint reads from the request by itself.</summary>
/// <param name="Name">As it is sent.</param>
/// <param name="InHeader">Whether it is a header; otherwise it is of the query.</param>
/// <param name="Description">A sentence.</param>
/// <param name="Form">What it may be.</param>
/// <param name="Named">The type whose names it takes, in place of <paramref name="Form"/>; null where it has a form.</param>
/// <param name="Required">Whether it has to be given.</param>
internal sealed record TakenParameter(
    string Name,
    bool InHeader,
    string Description,
    OpenApiSchema Form,
    Type? Named = null,
    bool Required = false
);
