namespace RoadSeg.Datasets.Exports;

/// <summary>A form in which labels go back to a tool.</summary>
public sealed class ExportFormat
{
    internal ExportFormat(string name, string summary, Func<ExportedSet, ExportFiles, IExportWriter> open) =>
        (Name, Summary, Open) = (name, summary, open);

    /// <summary>What <c>--to</c> and the parameter <c>to</c> call it.</summary>
    public string Name { get; }

    /// <summary>One line about it.</summary>
    public string Summary { get; }

    /// <summary>A writer into some files, which it does not own.</summary>
    internal Func<ExportedSet, ExportFiles, IExportWriter> Open { get; }
}
