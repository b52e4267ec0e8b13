using RoadSeg.Errors;

namespace RoadSeg.Functions.Api;

/// <summary>A problem document (RFC 9457) with a code of <c>docs/errors.md</c>.</summary>
/// <param name="Type"><c>urn:roadseg:error:</c> and the code.</param>
/// <param name="Title">The failure in a few words, the same for every occurrence.</param>
/// <param name="Status">HTTP status.</param>
/// <param name="Detail">This occurrence: what is wrong and what to do.</param>
/// <param name="Code">Stable code.</param>
/// <param name="Retryable">True when the same request may succeed later.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Code, bool Retryable)
{
    public static Problem Of(ErrorCode code, string detail) =>
        new($"urn:roadseg:error:{code.Code}", code.Title, code.HttpStatus, detail, code.Code, code.Retryable);
}
