namespace RoadSeg.Errors;

/// <summary>One entry of the closed list of failures. Every code has a heading in <c>docs/errors.md</c>.</summary>
/// <param name="Code">Stable kebab-case name that clients may switch on.</param>
/// <param name="Fault">Whose fault it is.</param>
/// <param name="Retryable">True when the same request may succeed later unchanged.</param>
/// <param name="HttpStatus">Status of the problem document where the code answers a request directly (400-599).</param>
/// <param name="Title">The failure in a few words, the same for every occurrence.</param>
public sealed record ErrorCode(string Code, Fault Fault, bool Retryable, int HttpStatus, string Title)
{
    /// <inheritdoc/>
    public override string ToString() => Code;
}
