using System.Diagnostics.CodeAnalysis;
using System.Text;
using RoadSeg.Datasets.Checks;
using RoadSeg.Datasets.Files;
using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A form in which labelled data sets come: where images and masks lie, what the masks hold, which division and groups it brings.</summary>
internal abstract class Layout(string name, string summary)
{
    public string Name { get; } = name;

    public string Summary { get; } = summary;

    /// <exception cref="Errors.RoadSegException">dataset-invalid: nothing lies where this layout looks, or its lists are broken.</exception>
    public abstract Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel);
}

/// <param name="Files">The set.</param>
/// <param name="Index">Its paths.</param>
/// <param name="Spec">What the user said.</param>
/// <param name="Faults">Takes what does not pair.</param>
/// <param name="Aside">Takes labels that lie within a list; there as long as the pairs are read.</param>
internal sealed record LayoutInput(IDatasetFiles Files, FileIndex Index, DatasetSpec Spec, FaultLog Faults, SpillFile Aside)
{
    private const int MaxListBytes = 64 << 20;
    private static readonly string[] Pictures = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif"];

    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>Takes note that a list names a file of the set, if it does.</summary>
    public void Lists(string? path)
    {
        if (path is not null)
            _listed.Add(path);
    }

    /// <summary>Tells of the pictures that no list names: a list that lost its records would look as if there had been none.</summary>
    public void FindUnlisted()
    {
        foreach (var path in Index.Paths.Where(path => Pictures.Contains(Path.GetExtension(path).ToLowerInvariant()) && !_listed.Contains(path)))
            Faults.Add(FaultKind.FileUnlisted, path, "No list names it.");
    }

    /// <summary>Reads one record of a list. One that is odd is a finding with its name, and the list goes on.</summary>
    /// <param name="list">Path of the list.</param>
    /// <param name="record">The record as the list's maker would name it, such as "Task 7".</param>
    /// <param name="read">Reads it whole before it keeps anything; <see cref="InvalidDataException"/> says what is odd.</param>
    public void Record(string list, string record, Action read) => Record(list, record, read, out _);

    /// <summary>Reads the lines of a table or a list, one record each. Empty lines are none.</summary>
    /// <param name="list">Path or name of it.</param>
    /// <param name="bytes">Its content.</param>
    /// <param name="read">Gets the number, from 1, and the line without the space around it; see <see cref="Record(string, string, Action)"/>.</param>
    /// <exception cref="Errors.RoadSegException">dataset-invalid: it has lines, and not one of them could be read.</exception>
    public void Lines(string list, byte[] bytes, Action<int, string> read)
    {
        var (number, lines, odd) = (0, 0, (string?)null);
        foreach (var line in Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0)
                continue;
            lines++;
            if (!Record(list, $"Line {number}", () => read(number, line), out var said))
                (lines, odd) = (lines - 1, odd ?? $"line {number}: {said}");
        }

        if (lines == 0 && odd is not null)
            throw DatasetErrors.Invalid($"No line of {list} could be read. The first, {odd}");
    }

    /// <summary>Reads one record of a list, as the other overload.</summary>
    /// <returns>False where it is odd.</returns>
    public bool Record(string list, string record, Action read, [NotNullWhen(false)] out string? odd)
    {
        try
        {
            odd = null;
            read();
            return true;
        }
        catch (InvalidDataException e)
        {
            odd = e.Message;
            Faults.Add(FaultKind.RecordUnreadable, list, $"{record}: {e.Message}");
            return false;
        }
    }

    /// <summary>A line as a finding shows it.</summary>
    public static string Shown(string line) => $"'{new string([.. line.Take(60).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c)])}{(line.Length > 60 ? "..." : "")}'";

    /// <summary>A text file of the layout, or null where there is none.</summary>
    public async Task<byte[]?> ListAsync(string name, CancellationToken cancel)
    {
        if (Index.FindByName(name) is not { } path)
            return null;
        try
        {
            var bytes = await Files.ReadAsync(path, MaxListBytes, cancel);
            return bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Errors.RoadSegException { IsTransient: false })
        {
            throw DatasetErrors.Invalid($"{path} cannot be read: {(e is Errors.RoadSegException ? e.Message : "it cannot be opened.")}", e);
        }
    }

    /// <summary>A list of any length.</summary>
    /// <exception cref="Errors.RoadSegException">dataset-invalid: it cannot be opened; storage-unavailable.</exception>
    public async Task<Stream> OpenAsync(string path, CancellationToken cancel)
    {
        try
        {
            return await Files.OpenAsync(path, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DatasetErrors.Invalid($"{path} cannot be opened.", e);
        }
    }
}

/// <param name="Pairs">What to read, in no particular order.</param>
/// <param name="Map">What the masks mean.</param>
/// <param name="Notes">What a person should know about this form.</param>
internal sealed record LayoutResult(IReadOnlyList<SamplePair> Pairs, LabelMap Map, IReadOnlyList<string> Notes);

/// <summary>An image with its mask.</summary>
/// <param name="Id">Unique in its split; no e-mail address.</param>
/// <param name="Group">Drive or scene that the layout knows, or null.</param>
/// <param name="Split">The layout's own division, or null.</param>
/// <param name="Image">Path.</param>
/// <param name="Mask">Where its labels are.</param>
internal sealed record SamplePair(string Id, string? Group, Split? Split, string Image, MaskFiles Mask);

/// <summary>Where an image's labels are.</summary>
internal abstract record MaskFiles
{
    /// <summary>What names the mask in reports.</summary>
    public abstract string Shown { get; }
}

/// <summary>One picture of labels.</summary>
internal sealed record MaskFile(string Path) : MaskFiles
{
    public override string Shown => Path;
}

/// <summary>A COCO panoptic picture: each segment's number is R + 256 G + 65536 B, the list says its category.</summary>
internal sealed record PanopticMask(string Path, (int Segment, int Category)[] Segments) : MaskFiles
{
    public override string Shown => Path;
}

/// <summary>One picture of 0 and 255 for each label.</summary>
internal sealed record BrushFiles(string Task, IReadOnlyList<(int Key, string Path)> Layers) : MaskFiles
{
    public override string Shown => Layers[0].Path;
}

/// <summary>Label Studio's run lengths, one list for each label.</summary>
/// <param name="Task">What names it.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Layers">A label and where its run lengths were put.</param>
/// <param name="Aside">Where that is.</param>
internal sealed record BrushRuns(string Task, int Width, int Height, IReadOnlyList<(int Key, Spilled Rle)> Layers, SpillFile Aside) : MaskFiles
{
    public override string Shown => Task;
}
