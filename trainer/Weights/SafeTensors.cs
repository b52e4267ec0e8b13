using System.Buffers.Binary;
using System.Text.Json;

namespace RoadSeg.Trainer.Weights;

/// <summary>The safetensors format (huggingface/safetensors): 8 bytes of header length, a JSON header, raw tensors. Reading trusts
/// nothing.</summary>
internal sealed record SafeTensors(IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, StoredTensor> Tensors)
{
    private const long MaxHeader = 16 << 20;
    private const int Alignment = 8;

    public static SafeTensors Read(string path)
    {
        Check.That(File.Exists(path), $"There is no file {path}.");
        using var file = File.OpenRead(path);
        try
        {
            return Read(file);
        }
        catch (Exception e)
            when (e
                    is JsonException
                        or EndOfStreamException
                        or InvalidOperationException
                        or FormatException
                        or OverflowException
                        or KeyNotFoundException
            )
        {
            throw new TrainerException($"{path} is no whole safetensors file: {e.Message}", e);
        }
        catch (TrainerException e)
        {
            throw new TrainerException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Written beside the target, flushed to disk and renamed: a reader sees the old file or the new one, whatever happens
    /// meanwhile.</summary>
    public void Write(string path)
    {
        var temporary = path + ".tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            {
                Write(file);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (IOException e)
        {
            File.Delete(temporary);
            throw new TrainerException(
                $"{path} could not be written ({e.Message}). What was saved there before is still whole; free some space and run again "
                    + "with --resume.",
                e
            );
        }
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes()
    {
        using var file = new MemoryStream();
        Write(file);
        return file.ToArray();
    }

    private static SafeTensors Read(Stream file)
    {
        Span<byte> prefix = stackalloc byte[8];
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        Check.That(length is > 1 and <= MaxHeader && length <= file.Length - 8, "it is cut short, or no safetensors file.");
        var header = new byte[length];
        file.ReadExactly(header);
        using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 8 });
        var body = file.Length - 8 - length;
        var metadata = new Dictionary<string, string>();
        var entries = new List<(string Name, string Type, long[] Shape, long Begin, long End)>();
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                foreach (var pair in entry.Value.EnumerateObject())
                    metadata[pair.Name] = pair.Value.GetString() ?? "";
                continue;
            }

            var type = entry.Value.GetProperty("dtype").GetString() ?? "";
            var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray();
            var offsets = entry.Value.GetProperty("data_offsets");
            Check.That(
                shape.Length <= 8 && shape.All(d => d >= 0) && offsets.GetArrayLength() == 2,
                $"tensor {entry.Name} has a malformed entry."
            );
            var (begin, end) = (offsets[0].GetInt64(), offsets[1].GetInt64());
            var bytes = shape.Aggregate((long)StoredTensor.SizeOf(type), (product, d) => checked(product * d));
            Check.That(
                begin >= 0 && end <= body && end - begin == bytes,
                $"the bytes of tensor {entry.Name} do not fit its shape, or the file is cut short."
            );
            entries.Add((entry.Name, type, shape, begin, end));
        }

        // Tensors must tile the file: no gaps, no overlaps, nothing behind the last.
        var at = 0L;
        var tensors = new Dictionary<string, StoredTensor>();
        foreach (var (name, type, shape, begin, end) in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            Check.That(begin == at && end - begin <= Array.MaxLength, $"tensor {name} overlaps another or leaves a gap.");
            var data = new byte[end - begin];
            file.ReadExactly(data);
            Check.That(tensors.TryAdd(name, new StoredTensor(type, shape, data)), $"tensor {name} appears twice.");
            at = end;
        }

        Check.That(at == body, "there are bytes behind the last tensor.");
        return new SafeTensors(metadata, tensors);
    }

    private void Write(Stream file)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            foreach (var (key, value) in Metadata)
                json.WriteString(key, value);
            json.WriteEndObject();
            var at = 0L;
            foreach (var (name, tensor) in Tensors)
            {
                json.WriteStartObject(name);
                json.WriteString("dtype", tensor.Type);
                json.WriteStartArray("shape");
                foreach (var d in tensor.Shape)
                    json.WriteNumberValue(d);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(at);
                json.WriteNumberValue(at += tensor.Data.Length);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (header.Length % Alignment != 0)
            header.WriteByte((byte)' ');
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        file.Write(prefix);
        header.Position = 0;
        header.CopyTo(file);
        foreach (var tensor in Tensors.Values)
            file.Write(tensor.Data);
    }
}
