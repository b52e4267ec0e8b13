using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using RoadSeg.Datasets.Files;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Datasets.Layouts;

/// <param name="Files">The set.</param>
/// <param name="Index">Its paths.</param>
/// <param name="Spec">What the user said.</param>
/// <param name="Faults">Takes what does not pair.</param>
/// <param name="Aside">Takes labels that lie within a list; there as long as the pairs are read.</param>
/// <param name="Limits">Held against pictures that lie within a list.</param>
internal sealed record LayoutInput(
    IDatasetFiles Files,
    FileIndex Index,
    DatasetSpec Spec,
    FaultLog Faults,
    SpillFile Aside,
    ImageLimits Limits
)
{
    private const int MaxListBytes = 64 << 20;
    private static readonly string[] Pictures = [".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif", ".heic"];

    // Files under way at a time where each image has a list of its own.
    private const int Ahead = 4;

    private readonly HashSet<string> _listed = new(StringComparer.Ordinal);

    /// <summary>Takes note that a list names a file of the set, if it does.</summary>
    public void Lists(string? path)
    {
        if (path is not null)
            _listed.Add(path);
    }

    /// <summary>Folder of a path; empty for the root.</summary>
    public static string FolderOf(string path) => path.Contains('/', StringComparison.Ordinal) ? path[..path.LastIndexOf('/')] : "";

    /// <summary>True for a name that a picture may have.</summary>
    public static bool IsPicture(string path) => Pictures.Contains(Path.GetExtension(path).ToLowerInvariant());

    /// <summary>Reports the pictures that no list names: a list that lost its records would look as if there had been none.</summary>
    public void FindUnlisted()
    {
        foreach (var path in Index.Paths.Where(path => IsPicture(path) && !_listed.Contains(path)))
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
    /// <param name="read">Gets the number, from 1, and the line without the space around it; see
    /// <see cref="Record(string, string, Action)"/>.</param>
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

    /// <summary>A small object of texts by key, such as names by id, one record each.</summary>
    /// <param name="list">Name of the file.</param>
    /// <param name="form">A record's form, for the refusal.</param>
    /// <param name="json">Its content.</param>
    /// <param name="read">Makes an entry of key and text; <see cref="InvalidDataException"/> says what is odd.</param>
    /// <exception cref="RoadSegException">dataset-invalid: it is no object, or not one record of it could be read.</exception>
    public List<T> Table<T>(string list, string form, byte[] json, Func<string, string, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InvalidDataException("it is no object.");
            var entries = new List<T>();
            string? first = null;
            var number = 0;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                number++;
                var name = $"Member number {number}";
                if (
                    !Record(
                        list,
                        name,
                        () =>
                            entries.Add(
                                read(
                                    JsonMembers.KeyOf(member),
                                    member.Value.Text() ?? throw new InvalidDataException("the value is no text.")
                                )
                            ),
                        out var odd
                    )
                )
                    first ??= $"{char.ToLowerInvariant(name[0])}{name[1..]}: {odd}";
            }

            return entries.Count > 0
                ? entries
                : throw new InvalidDataException(first is null ? "it is empty." : $"no member could be read. The first, {first}");
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            throw DatasetErrors.Invalid($"{list} is no object of {form}: {JsonMembers.Said(e)}", e);
        }
    }

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

    /// <summary>Reads many small lists, a few at a time and in their order. One that cannot be read is a finding with its name.</summary>
    /// <exception cref="RoadSegException">storage-unavailable.</exception>
    public async IAsyncEnumerable<(string Path, byte[] Bytes)> EachAsync(
        IEnumerable<string> paths,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var underWay = new Queue<(string Path, Task<byte[]> Bytes)>();
        using var rest = paths.GetEnumerator();
        while (true)
        {
            while (underWay.Count < Ahead && rest.MoveNext())
                underWay.Enqueue((rest.Current, Files.ReadAsync(rest.Current, MaxListBytes, cancel)));
            if (!underWay.TryDequeue(out var next))
                yield break;
            byte[] bytes;
            try
            {
                bytes = await next.Bytes;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or RoadSegException { IsTransient: false })
            {
                Faults.Add(
                    FaultKind.RecordUnreadable,
                    next.Path,
                    e is RoadSegException ? $"The file cannot be read: {e.Message}" : "The file cannot be opened."
                );
                continue;
            }

            yield return (next.Path, bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? bytes[3..] : bytes);
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
