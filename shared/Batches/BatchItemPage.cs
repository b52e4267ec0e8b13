using System.Text.Json.Serialization;

namespace RoadSeg.Batches;

/// <summary>A page of a batch's photos.</summary>
/// <param name="Items">The photos, in their order; those of one kind where a state was asked for.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last.</param>
public sealed record BatchItemPage([property: JsonRequired] IReadOnlyList<BatchItemView> Items, string? Next);
