namespace RoadSeg.Trainer.Data;

/// <summary>Augmented samples, ready for the device.</summary>
/// <param name="Images">RGB bytes [Count, Height, Width, 3].</param>
/// <param name="Masks">Ids [Count, Height, Width].</param>
internal sealed record Batch(int Count, int Height, int Width, byte[] Images, byte[] Masks);
