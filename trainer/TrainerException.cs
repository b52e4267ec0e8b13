namespace RoadSeg.Trainer;

/// <summary>Something the user can mend: a setting, a folder, a file. The message says what and how.</summary>
public sealed class TrainerException(string message, Exception? inner = null) : Exception(message, inner);
