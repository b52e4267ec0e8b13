using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>A message of the batch-steps queue: the next step of a batch is due.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Step">Number of the step: the record says which is next, so that a second message about a step that was made changes
/// nothing.</param>
public sealed record BatchMessage([property: JsonRequired] WorkId Batch, int Step);
