using System.Text;
using RoadSeg.Errors;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>An ONNX file as RoadSeg itself reads it: which other files its weights lie in, and which operation makes an output. ONNX
/// Runtime would read such files from wherever the process happens to stand; it is given one piece without a reference instead.</summary>
public sealed class OnnxFile
{
    // Protobuf's own limit for nested messages is 100.
    private const int DeepestNesting = 90;

    private static readonly HashSet<string> ShapeOnly = new(StringComparer.Ordinal)
    {
        "Identity",
        "Cast",
        "CastLike",
        "Transpose",
        "Resize",
        "Upsample",
        "Reshape",
        "Squeeze",
        "Unsqueeze",
        "DepthToSpace",
        "QuantizeLinear",
        "DequantizeLinear",
        "Clip",
    };

    private readonly byte[] content;
    private readonly List<string> dataFiles = [];

    private OnnxFile(byte[] content) => this.content = content;

    private enum Part
    {
        Model,
        Training,
        Function,
        Graph,
        Node,
        Attribute,
        Tensor,
        Sparse,
    }

    /// <summary>Where weights lie that the file only refers to: each place once, as the file writes it.</summary>
    public IReadOnlyList<string> DataFiles => dataFiles;

    /// <exception cref="RoadSegException"><c>model-invalid</c>: cut short or no ONNX file.</exception>
    public static OnnxFile Read(byte[] content)
    {
        ArgumentNullException.ThrowIfNull(content);
        var file = new OnnxFile(content);
        try
        {
            file.Scan(content, Part.Model, 0);
        }
        catch (FormatException e)
        {
            throw Invalid($"The graph is cut short or no ONNX file ({e.Message.TrimEnd('.')}); copy or export it again.", e);
        }

        return file;
    }

    /// <summary>The same of a file that may be none: then empty.</summary>
    internal static IReadOnlyList<string> DataFilesOf(ReadOnlyMemory<byte> content)
    {
        var file = new OnnxFile([]);
        try
        {
            file.Scan(content, Part.Model, 0);
            return file.dataFiles;
        }
        catch (FormatException)
        {
            return [];
        }
    }

    /// <summary>The file with all its weights inside; the very bytes that were read where it refers to nothing.</summary>
    /// <param name="read">Content of a file of the package, null for what is none of its files.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: weights in a file that the package lacks, that is elsewhere, or that is too
    /// short.</exception>
    public byte[] WithData(Func<string, byte[]?> read) => WithData(read, int.MaxValue);

    /// <param name="read">See above.</param>
    /// <param name="most">Bytes that ONNX Runtime takes in one piece.</param>
    internal byte[] WithData(Func<string, byte[]?> read, long most)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (dataFiles.Count == 0)
            return content;
        var data = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var name in dataFiles)
        {
            if (!ManifestRules.IsPlainFileName(name))
                throw Invalid(
                    $"The graph keeps weights in '{Shown(name)}', which is no plain file name beside it. Export it with its weights in "
                        + "one file beside the graph, or inside it."
                );
            data[name] = read(name)
                ?? throw Invalid(
                    $"The graph keeps weights in '{name}', which is none of the package's files. Put that file of the export beside the "
                        + "graph and pack again."
                );
        }

        var pieces = Inlined(content, Part.Model, data)!;
        var total = pieces.Sum(piece => (long)piece.Length);
        if (total > most)
            throw Invalid($"The graph and its weights have {total:N0} bytes; ONNX Runtime takes 2 GiB in one piece. Export it in 16 bits.");
        var whole = new byte[total];
        var at = 0;
        foreach (var piece in pieces)
        {
            piece.Span.CopyTo(whole.AsSpan(at));
            at += piece.Length;
        }

        return whole;
    }

    /// <summary>The operation that makes an output's values, such as <c>Softmax</c>: those that only move or convert values are passed
    /// over. Null when the graph does not show it.</summary>
    internal string? LastOperation(string output)
    {
        var makers = new Dictionary<string, (string Operation, string? From)>(StringComparer.Ordinal);
        var graph = ProtoFields.Of(content).FirstOrDefault(field => field is { Number: 7, Bytes: not null }).Bytes ?? default;
        foreach (var node in ProtoFields.Of(graph).Where(field => field is { Number: 1, Bytes: not null }))
        {
            var fields = ProtoFields.Of(node.Bytes!.Value).Where(field => field.Bytes is not null).ToList();
            var operation = fields.LastOrDefault(field => field.Number == 4) is { Bytes: { } name } ? Text(name) : "";
            var from = fields.FirstOrDefault(field => field.Number == 1) is { Bytes: { } first } ? Text(first) : null;
            foreach (var made in fields.Where(field => field.Number == 2))
                makers[Text(made.Bytes!.Value)] = (operation, from);
        }

        for (var steps = 0; steps <= makers.Count && makers.TryGetValue(output, out var maker); steps++)
        {
            if (!ShapeOnly.Contains(maker.Operation) || maker.From is null)
                return maker.Operation;
            output = maker.From;
        }

        return null;
    }

    private static Part? Child(Part part, int field) =>
        (part, field) switch
        {
            (Part.Model, 7) => Part.Graph,
            (Part.Model, 20) => Part.Training,
            (Part.Model, 25) => Part.Function,
            (Part.Training, 1 or 2) => Part.Graph,
            (Part.Function, 7) => Part.Node,
            (Part.Function, 11) => Part.Attribute,
            (Part.Graph, 1) => Part.Node,
            (Part.Graph, 5) => Part.Tensor,
            (Part.Graph, 15) => Part.Sparse,
            (Part.Node, 5) => Part.Attribute,
            (Part.Attribute, 5 or 10) => Part.Tensor,
            (Part.Attribute, 6 or 11) => Part.Graph,
            (Part.Attribute, 22 or 23) => Part.Sparse,
            (Part.Sparse, 1 or 2) => Part.Tensor,
            _ => null,
        };

    // Protobuf merges these when they come twice, so that a reference could be spread over the two. No exporter writes them so.
    private static bool ComesOnce(Part part, int field) =>
        (part, field) is (Part.Model, 7) or (Part.Training, 1 or 2) or (Part.Attribute, 5 or 6 or 22) or (Part.Sparse, 1 or 2);

    private void Scan(ReadOnlyMemory<byte> message, Part part, int depth)
    {
        if (depth > DeepestNesting)
            throw new FormatException("It is nested too deeply.");
        if (part == Part.Tensor)
        {
            if (OnnxTensor.Read(message) is { IsExternal: true } tensor && !dataFiles.Contains(tensor.Location))
                dataFiles.Add(tensor.Location);
            return;
        }

        var seen = 0;
        foreach (var field in ProtoFields.Of(message))
        {
            if (field.Bytes is not { } bytes || Child(part, field.Number) is not { } child)
                continue;
            if (ComesOnce(part, field.Number))
            {
                if ((seen & 1 << field.Number) != 0)
                    throw new FormatException($"Field {field.Number} comes twice.");
                seen |= 1 << field.Number;
            }

            Scan(bytes, child, depth + 1);
        }
    }

    /// <summary>The message in pieces with its weights inside, or null where it stays as it is.</summary>
    private static List<ReadOnlyMemory<byte>>? Inlined(ReadOnlyMemory<byte> message, Part part, Dictionary<string, byte[]> data)
    {
        if (part == Part.Tensor)
            return OnnxTensor.Read(message) is { IsExternal: true } tensor ? tensor.Inlined(message, data[tensor.Location]) : null;
        var (pieces, changed) = (new List<ReadOnlyMemory<byte>>(), false);
        foreach (var field in ProtoFields.Of(message))
        {
            if (field.Bytes is { } bytes && Child(part, field.Number) is { } child && Inlined(bytes, child, data) is { } inner)
            {
                pieces.Add(ProtoFields.Header(field.Number, inner.Sum(piece => (long)piece.Length)));
                pieces.AddRange(inner);
                changed = true;
            }
            else
            {
                pieces.Add(field.Whole);
            }
        }

        return changed ? pieces : null;
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static string Shown(string name) => name.Length <= 100 ? name : name[..100] + "…";

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);
}
