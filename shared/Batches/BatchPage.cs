using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>A page of batches, newest first.</summary>
/// <param name="Items">The batches.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
public sealed record BatchPage([property: JsonRequired] IReadOnlyList<BatchView> Items, string? Next);
