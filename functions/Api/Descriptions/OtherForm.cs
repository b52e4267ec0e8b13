namespace RoadSeg.Functions.Api.Descriptions;

/// <summary>Another media type of an endpoint's 200 with a body of its own: the framework keeps one type of body for each status.</summary>
internal sealed record OtherForm(Type Type, string ContentType);
