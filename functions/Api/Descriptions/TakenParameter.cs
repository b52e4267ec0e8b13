using Microsoft.OpenApi;

namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>A parameter that an endpoint reads from the request by itself.</summary>
internal sealed record TakenParameter(string Name, bool InHeader, string Description, OpenApiSchema Form);
