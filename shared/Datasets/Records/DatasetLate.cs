using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>Files of a drop that came after its <c>dataset.json</c>, whose arrival says that the set is complete.</summary>
/// <param name="Files">How many.</param>
/// <param name="Message">What that means and what to do, in a sentence.</param>
public sealed record DatasetLate(long Files, [property: JsonRequired] string Message)
{
    /// <summary>What is said of late files.</summary>
    /// <param name="files">How many.</param>
    /// <param name="example">Path of the first of them below the set's root; null where it is not known.</param>
    public static DatasetLate Of(long files, string? example) =>
        new(
            files,
            $"{files:N0} {(files == 1 ? "file" : "files")} arrived after dataset.json"
                + $"{(example is null ? "" : $", the first of them '{PersonalData.Strip(example)}'")}: what was checked may be a part of "
                + "the set. When every file is there, write dataset.json once more."
        );
}
