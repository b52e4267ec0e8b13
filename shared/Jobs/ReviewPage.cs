using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A page of photos worth a look, newest first.</summary>
/// <param name="Items">The photos; fewer than asked for where few of the jobs looked at are listed.</param>
/// <param name="Next">Give it as <c>after</c> to go on; absent at the end.</param>
public sealed record ReviewPage([property: JsonRequired] IReadOnlyList<ReviewItem> Items, string? Next);
