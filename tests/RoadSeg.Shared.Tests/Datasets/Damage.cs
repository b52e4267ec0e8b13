using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace RoadSeg.Tests.Datasets;

/// <summary>Damages one record, member, line or file of a set, by lot of a seed; <see cref="Undo"/> mends it.</summary>
internal sealed class Damage
{
    private const string Mark = "@@damage@@";

    private static readonly string[] Values =
    [
        "null", "true", "7", "-1", "1e99", "99999999999999999999", "0.5", "\"\"", "\"x\"", "\"#zzzzzz\"", "{}", "[]", "[null]", "{\"a\":null}", "\"\\ud800\"", "\"\\u0000\"", "\"../../../etc/passwd\"",
        "\"e\\u0301\\ud83d\\ude97\"", $"\"{new string('y', 70_000)}\"", $"{new string('[', 90)}{new string(']', 90)}", "NaN", "'x'", "[1,2", "1,\"extra\":2",
    ];

    private static readonly string[] Lines =
    [
        "null", "{}", "[]", "a", ",,,", "\t\t", " x  y  z ", "\0", "\uFFFD\uD7FF", "::::", "1:", ":1", "999: x", "a:1,2", "a:1,2,999", "256 0 0 Over", "-1 0 0 Under", "1 2 3", "\"", "\"a", "../../x.png ../../y.png",
        "{\"image_file_name\":null,\"label_file_name\":7}", "{\"image_file_name\":\"\\ud800\"}", "{\"a\":1,\"a\":2}", new string('z', 70_000), "# comment", "0: x", "/ /",
    ];

    private static readonly string[] XmlValues =
    [
        "", " ", "x", "-1", "7", "0.5", "1e99", "NaN", "99999999999999999999", "1,1;2,2", "1,1;2;3,3", "0,0;9,0;9,9,9", ";;;", "1, -2", "5, 7", "\uFFFD", "e\u0301\ud83d\ude97", "../../../etc/passwd", new string('9', 5000), new string('y', 70_000),
    ];

    private readonly byte[] before;
    private readonly string path;
    private readonly string? moved;

    private Damage(string path, byte[] before, string what, bool oneRecord, string? moved = null) => (this.path, this.before, What, OneRecord, this.moved) = (path, before, what, oneRecord, moved);

    /// <summary>What was done, for a person who looks for it.</summary>
    public string What { get; }

    /// <summary>True where one record of a list of pairs was damaged: the other pairs must still be read.</summary>
    public bool OneRecord { get; }

    public string File => Path.GetFileName(path);

    /// <summary>True where the file is there still, with other content.</summary>
    public bool IsThere => System.IO.File.Exists(path);

    public bool IsPicture => Path.GetExtension(path) is ".png" or ".jpg";

    public void Undo()
    {
        if (moved is not null)
            System.IO.File.Delete(moved);
        System.IO.File.WriteAllBytes(path, before);
    }

    public static Damage Do(string folder, Random lot)
    {
        var files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        var texts = files.Where(file => !(Path.GetExtension(file) is ".png" or ".jpg")).ToArray();
        var path = Pick(texts.Length > 0 && lot.Next(3) > 0 ? texts : files, lot);
        var before = System.IO.File.ReadAllBytes(path);
        var (after, what, oneRecord) = Changed(path, before, lot);
        string? moved = null;
        if (after is null)
        {
            System.IO.File.Delete(path);
            if (lot.Next(2) == 0)
            {
                moved = Path.Combine(Path.GetDirectoryName(path)!, Pick([" ", ".", "%41", "e\u0301", "\uD83D\uDE97", "a b", "\n", new string('n', 200)], lot) + Path.GetFileName(path));
                System.IO.File.WriteAllBytes(moved, before);
            }
        }
        else
        {
            System.IO.File.WriteAllBytes(path, after);
        }

        return new Damage(path, before, $"{Path.GetRelativePath(folder, path)}: {(after is null ? moved is null ? "removed" : "renamed" : what)}", oneRecord, moved);
    }

    private static (byte[]? After, string What, bool OneRecord) Changed(string path, byte[] before, Random lot)
    {
        var kind = lot.Next(12);
        if (kind == 0)
            return (null, "", false);
        if (Path.GetExtension(path) is ".json" && kind < 9)
            return Member(path, before, lot);
        if (Path.GetExtension(path) == ".xml" && kind < 9)
            return Attribute(before, lot);
        if (Path.GetExtension(path) is ".jsonl" or ".csv" or ".txt" or ".yaml" && kind < 9)
            return Line(path, before, lot);
        return Bytes(before, lot);
    }

    private static (byte[] After, string What, bool OneRecord) Bytes(byte[] before, Random lot)
    {
        if (before.Length == 0)
            return ([0], "no longer empty", false);
        var bytes = before.ToArray();
        switch (lot.Next(9))
        {
            case 0:
                return ([], "empty", false);
            case 1:
                return (bytes[..lot.Next(bytes.Length)], "truncated", false);
            case 2:
                return (Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(bytes))).ToArray(), "UTF-16", false);
            case 3:
                return ([0xEF, 0xBB, 0xBF, .. bytes], "byte order mark", false);
            case 4:
                return ([.. bytes, .. Encoding.ASCII.GetBytes(new string('x', 100_000))], "longer", false);
            case 5:
                lot.NextBytes(bytes);
                return (bytes, "noise", false);
            case 6:
                return ([.. "hello, I am a text\n"u8], "text", false);
            case 7 when bytes.Length > 30:
                bytes.AsSpan(16 + (4 * lot.Next(2)), 4).Fill((byte)lot.Next(256));
                return (bytes, "header", false);
            default:
                for (var i = lot.Next(8); i >= 0; i--)
                    bytes[lot.Next(bytes.Length)] = (byte)lot.Next(256);
                return (bytes, "bytes changed", false);
        }
    }

    private static (byte[] After, string What, bool OneRecord) Line(string path, byte[] before, Random lot)
    {
        var lines = Encoding.UTF8.GetString(before).TrimEnd('\n').Split('\n');
        var at = lot.Next(lines.Length);
        var line = lines[at];
        var (text, invalid) = (lot.Next(4) switch
        {
            0 => line[..lot.Next(line.Length)],
            1 => line + line,
            2 => line.Replace(lot.Next(2) == 0 ? '"' : ' ', '\uFFFE'),
            _ => Pick(Lines, lot),
        }, lot.Next(6) == 0);
        lines[at] = text + (invalid ? Mark : "");
        byte[] after = [.. Encoding.UTF8.GetBytes(string.Join(lot.Next(4) == 0 ? "\r\n" : "\n", lines) + "\n")];
        if (invalid)
            after = Replaced(after, [0xFF, 0xC0, 0xED, 0xA0, 0x80]);
        var isPairs = Path.GetFileName(path) is "metadata.jsonl" or "train.txt" or "image1.txt" or "image2.txt" or "image3.txt" || (Path.GetFileName(path) == "metadata.csv" && at > 0);
        return (after, $"line {at + 1} is {Shown(text)}", isPairs);
    }

    // One attribute or text of an element gets another value, or an element another name.
    private static (byte[] After, string What, bool OneRecord) Attribute(byte[] before, Random lot)
    {
        var root = XDocument.Parse(Encoding.UTF8.GetString(before));
        var element = Pick(root.Descendants().ToArray(), lot);
        var value = Pick(XmlValues, lot);
        var inImage = element.AncestorsAndSelf("image").Any();
        switch (lot.Next(4))
        {
            case 0 when element != root.Root:
                value = "renamed";
                element.Name = "other";
                inImage = inImage && element.Parent!.Name == "image";
                break;
            case 1 when !element.HasElements && element.Value.Length > 0:
                element.Value = value;
                break;
            default:
                if (element.Attributes().ToArray() is not { Length: > 0 } attributes)
                    return Bytes(before, lot);
                var attribute = Pick(attributes, lot);
                if (lot.Next(4) == 0)
                {
                    value = "missing";
                    attribute.Remove();
                }
                else
                    attribute.Value = value;
                break;
        }

        return (Encoding.UTF8.GetBytes(root.ToString()), $"{element.Name} has {Shown(value)}", inImage);
    }

    private static (byte[] After, string What, bool OneRecord) Member(string path, byte[] before, Random lot)
    {
        var root = JsonNode.Parse(before)!;
        var (node, keys) = (root, new List<object>());
        while (true)
        {
            if (node is JsonObject { Count: > 0 } members && (keys.Count == 0 || lot.Next(5) > 0))
                keys.Add(members.ElementAt(lot.Next(members.Count)).Key);
            else if (node is JsonArray { Count: > 0 } items && (keys.Count == 0 || lot.Next(5) > 0))
                keys.Add(lot.Next(items.Count));
            else
                break;
            node = keys[^1] is int index ? node[index] : node[(string)keys[^1]];
        }

        var holder = keys[..^1].Aggregate(root, (from, key) => key is int index ? from[index]! : from[(string)key]!);
        var value = Pick(Values, lot);
        var where = string.Join('.', keys);
        switch (lot.Next(5))
        {
            case 0 when holder is JsonObject members:
                members.Remove((string)keys[^1]);
                value = "missing";
                break;
            case 1 when holder is JsonObject members:
                var kept = members[(string)keys[^1]];
                members.Remove((string)keys[^1]);
                members[Mark] = kept;
                value = "\\ud800";
                break;
            case 2 when holder is JsonObject:
                value = $"{node?.ToJsonString() ?? "null"},\"{keys[^1]}\":{value}";
                goto default;
            default:
                if (keys[^1] is int place)
                    holder[place] = Mark;
                else
                    holder[(string)keys[^1]] = Mark;
                break;
        }

        var json = root.ToJsonString();
        json = value == "\\ud800" ? json.Replace(Mark, value, StringComparison.Ordinal) : json.Replace($"\"{Mark}\"", value, StringComparison.Ordinal);
        var isJson = IsJson(json);
        var record = isJson && Path.GetFileName(path) switch
        {
            "export.json" => keys.Count > 0,
            ['p', 'a', 'n', 'o', 'p', ..] or ['i', 'n', 's', 't', ..] => keys is ["annotations", _, ..],
            ['i', 'm', 'a', 'g', 'e', ..] => true,
            _ => false,
        };
        return (Encoding.UTF8.GetBytes(json), $"{where} is {Shown(value)}", record);
    }

    private static bool IsJson(string json)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(json);
            return true;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }

    private static byte[] Replaced(byte[] bytes, byte[] by)
    {
        var at = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Mark));
        return [.. bytes[..at], .. by, .. bytes[(at + Mark.Length)..]];
    }

    private static string Shown(string text) => text.Length > 60 ? text[..60] + "..." : text;

    private static T Pick<T>(T[] of, Random lot) => of[lot.Next(of.Length)];
}
