using System.Globalization;
using RoadSeg.Datasets.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RoadSeg.Datasets.Layouts;

/// <summary>What a data.yaml of Ultralytics says.</summary>
/// <param name="Names">By class number.</param>
/// <param name="Splits">Folders or lists of each split, as written.</param>
/// <param name="Path">Folder that they are below, as written; empty for none.</param>
/// <param name="HasKeypoints">True where the labels are of key points.</param>
internal sealed record YoloSpec(
    IReadOnlyDictionary<int, string> Names,
    IReadOnlyList<(Split Split, string Written)> Splits,
    string Path,
    bool HasKeypoints
)
{
    // The scanner's time grows with the square of the depth.
    private const int MaxDepth = 64;

    // Of events, not of objects: members that are not looked at are passed over.
    /// <exception cref="InvalidDataException">It is odd; the message is for people.</exception>
    public static YoloSpec Read(string yaml)
    {
        var (names, splits, path, keypoints) = (new SortedDictionary<int, string>(), new List<(Split, string)>(), "", false);
        try
        {
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
                throw new InvalidDataException("it is no list of members.");
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                var member = parser.TryConsume<Scalar>(out var key) ? key.Value : "";
                if (key is null)
                    Skip(parser);
                if (member == "names")
                    ReadNames(parser, names);
                else if (member == "path" && parser.TryConsume<Scalar>(out var folder))
                    path = folder.Value;
                else if (member is "train" or "val" or "valid" or "test")
                    splits.AddRange(Texts(parser).Select(text => (SplitWords.Of(member)!.Value, text)));
                else
                {
                    keypoints |= member == "kpt_shape";
                    Skip(parser);
                }
            }
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            // The scanner has no fault of its own for some kinds of lists that are not closed.
            throw new InvalidDataException(
                e is YamlException odd ? $"it breaks the form of YAML in line {odd.Start.Line:N0}." : "it breaks the form of YAML.",
                e
            );
        }

        return new YoloSpec(names, splits, path, keypoints);
    }

    // "names: [road, car]", or "names:" with "0: road" in each line.
    private static void ReadNames(IParser parser, SortedDictionary<int, string> names)
    {
        if (parser.TryConsume<SequenceStart>(out _))
        {
            for (var id = 0; !parser.TryConsume<SequenceEnd>(out _); id++)
                names[id] = Name(parser);
            return;
        }

        if (!parser.TryConsume<MappingStart>(out _))
            throw new InvalidDataException("\"names\" is no list of names.");
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (
                !parser.TryConsume<Scalar>(out var key)
                || !int.TryParse(key.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            )
                throw new InvalidDataException("a class of \"names\" has no number.");
            names[id] = Name(parser);
        }
    }

    private static string Name(IParser parser) =>
        parser.TryConsume<Scalar>(out var name) && name.Value.Trim() is { Length: > 0 } text
            ? Nfc.Of(text)
            : throw new InvalidDataException("a class of \"names\" has no name.");

    private static List<string> Texts(IParser parser)
    {
        var texts = new List<string>();
        if (parser.TryConsume<Scalar>(out var one))
        {
            if (one.Value.Length > 0)
                texts.Add(one.Value);
        }
        else if (parser.TryConsume<SequenceStart>(out _))
        {
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                if (parser.TryConsume<Scalar>(out var text))
                    texts.Add(text.Value);
                else
                    Skip(parser);
            }
        }
        else
        {
            Skip(parser);
        }

        return texts;
    }

    private static void Skip(IParser parser)
    {
        var depth = 0;
        do
        {
            depth += parser.Consume<ParsingEvent>().NestingIncrease;
            if (depth > MaxDepth)
                throw new InvalidDataException($"it is nested more than {MaxDepth} deep.");
        } while (depth > 0);
    }
}
