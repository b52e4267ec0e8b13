using System.Text.Json;
using RoadSeg.Datasets.Masks;
using RoadSeg.Datasets.Shapes;

namespace RoadSeg.Datasets.Layouts;

/// <summary>Reads sets in which each image has a file of labels of its own. One that cannot be read is a finding with its name.</summary>
/// <param name="input">The set.</param>
/// <param name="form">What the files are, for findings, such as "Labelme file".</param>
internal sealed class ImageFiles(LayoutInput input, string form)
{
    private readonly Dictionary<string, (string List, (int, int)? Size, string? Group, Split? Split)> images = new(StringComparer.Ordinal);
    private readonly ShapeChains chains = new(input.Aside);
    private string? odd;
    private int read;

    /// <summary>Labels of the shapes.</summary>
    public ShapeNames Names { get; } = new();

    /// <summary>Reads JSON files.</summary>
    /// <param name="paths">Of the files.</param>
    /// <param name="json">Gets the path and the root of each; <see cref="InvalidDataException"/> says what is odd.</param>
    /// <param name="cancel">Stops it.</param>
    public Task ReadJsonAsync(IEnumerable<string> paths, Action<string, JsonElement> json, CancellationToken cancel) =>
        ReadAsync(
            paths,
            (path, bytes) =>
            {
                try
                {
                    using var document = JsonDocument.Parse(bytes);
                    json(path, document.RootElement);
                }
                catch (JsonException e)
                {
                    throw new InvalidDataException(JsonMembers.Said(e), e);
                }
            },
            cancel
        );

    /// <summary>Reads files of any form.</summary>
    /// <exception cref="Errors.RoadSegException">dataset-invalid: there are files, and not one of them could be read.</exception>
    public async Task ReadAsync(IEnumerable<string> paths, Action<string, byte[]> file, CancellationToken cancel)
    {
        await foreach (var (path, bytes) in input.EachAsync(paths, cancel))
        {
            if (input.Record(path, $"It is no {form}", () => file(path, bytes), out var said))
                read++;
            else
                odd ??= $"{path}: {said}";
        }

        if (read == 0 && odd is not null)
            throw DatasetErrors.Invalid($"No {form} could be read. The first, {odd}");
    }

    /// <summary>Takes the image that a file labels.</summary>
    /// <returns>False where another file labels it already, which is a finding.</returns>
    public bool Image(string list, string image, (int, int)? size, Split? split, string? group = null)
    {
        input.Lists(image);
        if (images.TryAdd(image, (list, size, group, split)))
            return true;
        input.Faults.Add(FaultKind.IdentifierTwice, list, $"Labels {image}, and so does {images[image].List}.");
        return false;
    }

    public void Add(string list, Shape shape) => chains.Add(list, shape);

    public IEnumerable<SamplePair> Pairs(ShapeLabels labels) =>
        images.Select(image => new SamplePair(
            PersonalData.Strip(image.Key[..^Path.GetExtension(image.Key).Length]),
            image.Value.Group,
            image.Value.Split,
            image.Key,
            new ShapeMask(image.Value.List, image.Value.List, image.Value.Size, chains.Of(image.Value.List), input.Aside, labels)
        ));
}
