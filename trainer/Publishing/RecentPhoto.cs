using RoadSeg.Work;

namespace RoadSeg.Trainer.Publishing;

/// <summary>A photo of a deployment.</summary>
/// <param name="Job">Its job.</param>
/// <param name="File">Its file.</param>
internal sealed record RecentPhoto(WorkId Job, byte[] File);
