using System.Globalization;
using System.Text;
using System.Text.Json;
using RoadSeg.Datasets.Mapping;
using RoadSeg.Datasets.Masks;
using RoadSeg.Labels;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A Hugging Face image folder: metadata.jsonl or metadata.csv in each split's folder names image and mask; id2label.json names
/// the ids.</summary>
internal sealed class HuggingFaceFolder()
    : Layout(
        "huggingface",
        "Hugging Face image folder: {split}/metadata.jsonl (or .csv) with image_file_name and label_file_name, id2label.json (no parquet)"
    )
{
    private static readonly string[] ImageColumns = ["image_file_name", "file_name", "image"];
    private static readonly string[] MaskColumns =
    [
        "label_file_name",
        "mask_file_name",
        "annotation_file_name",
        "label",
        "mask",
        "annotation",
    ];

    public override async Task<LayoutResult> ReadAsync(LayoutInput input, CancellationToken cancel)
    {
        var lists = input.Index.Paths.Where(path => path.Split('/')[^1] is "metadata.jsonl" or "metadata.csv").ToList();
        if (lists.Count == 0)
        {
            throw DatasetErrors.Invalid(
                input.Index.Paths.Any(path => path.EndsWith(".parquet", StringComparison.OrdinalIgnoreCase))
                    ? "The set is in parquet files, which are not read. Save it as an image folder (one file an image, metadata.jsonl "
                        + "beside them)."
                    : "No metadata.jsonl or metadata.csv lies in the set: it says which image has which mask."
            );
        }

        var pairs = new List<SamplePair>();
        foreach (var list in lists)
            await ReadListAsync(input, list, pairs, cancel);
        input.FindUnlisted();
        return new LayoutResult(pairs, LabelMapBuilder.Build(input.Spec.Labels, await LabelsAsync(input, cancel)), []);
    }

    private static async Task<SourceLabels?> LabelsAsync(LayoutInput input, CancellationToken cancel)
    {
        if (await input.ListAsync("id2label.json", cancel) is not { } json)
            return null;
        var names = input.Table("id2label.json", "\"id\": \"name\"", json, (id, name) => (Id: Number(id), Name: name));
        return SourceLabels.OwnClasses(
            MaskEncoding.Id,
            [
                .. names.OrderBy(name => name.Id).Select(name => (name.Id, name.Name, (RgbColor?)null, false)),
                (255, "unlabelled", null, true),
            ]
        );

        static int Number(string id) =>
            int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : throw new InvalidDataException("the id is no whole number.");
    }

    private static async Task ReadListAsync(LayoutInput input, string list, List<SamplePair> pairs, CancellationToken cancel)
    {
        var folder = list.Contains('/', StringComparison.Ordinal) ? list[..list.LastIndexOf('/')] : "";
        var words = folder.Split('/').Where(word => SplitWords.Of(word) is not null).ToList();
        var split = words.Count > 0 ? SplitWords.Of(words[^1]) : null;
        using var reader = new LineReader(await input.OpenAsync(list, cancel));
        var csv = list.EndsWith(".csv", StringComparison.Ordinal);
        string[]? header = null;
        var before = pairs.Count;
        for (var number = 1; await reader.ReadAsync(cancel) is { } line; number++)
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (csv && header is null)
            {
                header = CsvLine(line);
                if (header.Distinct(StringComparer.Ordinal).Count() != header.Length)
                    throw DatasetErrors.Invalid($"{list} has two columns of one name in its first line.");
                continue;
            }

            input.Record(list, $"Line {number}", () =>
                ReadRow(
                    number,
                    Row(
                        reader.IsWhole ? line : throw new InvalidDataException($"it is longer than {LineReader.MaxLine:N0} characters."),
                        header
                    )
                )
            );
        }

        if (pairs.Count == before && input.Faults.First(FaultKind.RecordUnreadable) is { } odd && odd.File == PersonalData.Strip(list))
            throw DatasetErrors.Invalid($"No line of {list} could be read. The first: {odd.Detail}");

        void ReadRow(int number, Dictionary<string, string> row)
        {
            var image = Column(row, ImageColumns)
                ?? throw new InvalidDataException($"it names no image ({string.Join(", ", ImageColumns)}).");
            var mask = Column(row, MaskColumns) ?? throw new InvalidDataException($"it names no mask ({string.Join(", ", MaskColumns)}).");
            var (imagePath, maskPath) = (input.Index.Resolve(folder, image), input.Index.Resolve(folder, mask));
            input.Lists(imagePath);
            input.Lists(maskPath);
            if (imagePath is null || maskPath is null)
            {
                input.Faults.Add(FaultKind.ListedFileMissing, imagePath is null ? image : mask, $"{list} names it in line {number}.");
                return;
            }

            // A list may also name what lies elsewhere in the set.
            var id =
                folder.Length > 0 && imagePath.StartsWith(folder + "/", StringComparison.Ordinal)
                    ? imagePath[(folder.Length + 1)..]
                    : imagePath;
            id = id[..^Path.GetExtension(id).Length];
            pairs.Add(
                new SamplePair(
                    PersonalData.Strip(id),
                    Column(row, ["group"]) is { Length: > 0 } group ? PersonalData.Strip(group) : null,
                    split,
                    imagePath,
                    new MaskFile(maskPath)
                )
            );
        }
    }

    private static Dictionary<string, string> Row(string line, string[]? header)
    {
        if (header is not null)
        {
            var cells = CsvLine(line);
            return cells.Length == header.Length
                ? header.Zip(cells).ToDictionary(cell => cell.First, cell => cell.Second)
                : throw new InvalidDataException("it has another number of cells than the header.");
        }

        try
        {
            using var json = JsonDocument.Parse(line);
            return json
                .RootElement.EnumerateObject()
                .Where(p => p.Value.ValueKind == JsonValueKind.String)
                .ToDictionary(p => p.Name, p => p.Value.GetString()!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InvalidDataException("it is no JSON object.", e);
        }
    }

    private static string? Column(Dictionary<string, string> row, string[] names) =>
        names.Select(row.GetValueOrDefault).FirstOrDefault(value => value is not null);

    // RFC 4180 without line breaks in cells, which file names do not hold.
    private static string[] CsvLine(string line)
    {
        var cells = new List<string>();
        var cell = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
                cell.Append(line[i++]);
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == ',' && !quoted)
                Next();
            else
                cell.Append(line[i]);
        }

        Next();
        return [.. cells];

        void Next()
        {
            cells.Add(cell.ToString());
            cell.Clear();
        }
    }
}
