namespace RoadSeg.Trainer.Work;

/// <summary>The run was canceled, or another worker has it: nothing more may be written.</summary>
internal sealed class OvertakenException : Exception;
