using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>A page of jobs, newest first.</summary>
/// <param name="Items">The jobs.</param>
/// <param name="Next">Give it as <c>after</c> for the next page; absent on the last. A page may hold fewer jobs than asked for.</param>
public sealed record JobPage([property: JsonRequired] IReadOnlyList<JobView> Items, string? Next);
