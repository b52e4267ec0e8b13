using System.Globalization;
using System.Text;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Curation;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Cli.Dataset;

/// <summary>What the command line says of a data set.</summary>
internal sealed record DatasetSource(
    string Path,
    string? Layout,
    string? Name,
    string? Size,
    long? Seed,
    SplitSource? SplitBy,
    string? Images,
    string? Masks,
    bool Json
)
{
    /// <summary>The set's own dataset.json with what the command line changes, or one made of the command line alone.</summary>
    public async Task<DatasetSpec> SpecAsync(string folder, CancellationToken cancel)
    {
        DatasetSpec spec;
        if (File.Exists(System.IO.Path.Combine(folder, DatasetSpec.FileName)))
            spec = await DatasetCurator.ReadSpecAsync(new LocalFolderFiles(folder), Name ?? NameOfFolder(), cancel);
        else if (Layout is not null || (Images is not null && Masks is not null))
            spec = new DatasetSpec { Name = NameOfFolder(), Layout = Layout ?? "pairs" };
        else
            throw new RoadSegException(
                ErrorCodes.DatasetInvalid,
                $"'{Path}' has no dataset.json: give --layout (see 'roadseg dataset layouts'), or --images and --masks."
            );
        if (Layout is not null)
            spec = spec with { Layout = Layout };
        if (Name is not null)
            spec = spec with { Name = Name };
        if (Images is not null || Masks is not null)
            spec = spec with { Patterns = new PatternSpec(Images ?? "", Masks ?? "") };
        spec = spec with
        {
            Target = Size is null ? spec.Target : TargetOf(Size),
            Split = spec.Split with { Seed = Seed ?? spec.Split.Seed, By = SplitBy ?? spec.Split.By },
        };
        DatasetSpecJson.Check(spec);
        return spec;
    }

    private static PreprocessSpec TargetOf(string size) =>
        size.Split('x') is [var w, var h]
        && int.TryParse(w, NumberStyles.None, CultureInfo.InvariantCulture, out var width)
        && int.TryParse(h, NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? new PreprocessSpec(ResizeMode.Stretch, width, height, 1)
            : throw new RoadSegException(ErrorCodes.DatasetInvalid, $"--size is WIDTHxHEIGHT, such as 256x256, not '{size}'.");

    private string NameOfFolder()
    {
        var name = new StringBuilder();
        foreach (
            var c in System
                .IO.Path.GetFileNameWithoutExtension(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)))
                .ToLowerInvariant()
        )
            name.Append(char.IsAsciiLetterOrDigit(c) ? c : '-');
        var trimmed = name.ToString().Trim('-');
        return trimmed.Length == 0 ? "dataset" : trimmed[..Math.Min(63, trimmed.Length)];
    }
}
