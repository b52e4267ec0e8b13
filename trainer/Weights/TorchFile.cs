using System.Buffers.Binary;
using System.IO.Compression;

namespace RoadSeg.Trainer.Weights;

/// <summary>Files of torch.save that hold a state_dict: the zip form (PyTorch 1.6 and later) and the legacy form (torchvision's older
/// downloads).</summary>
internal static class TorchFile
{
    // The low 64 bits of 0x1950a86a20f9469cfc6c.
    private const long LegacyMagic = unchecked((long)0xa86a20f9469cfc6c);
    private const long LegacyProtocol = 1001;
    private const long MaxPickle = 64 << 20;
    private const int MostNested = 4;

    // Tied weights stand in a state_dict twice or so; each name gets a copy of its own.
    private const long MostCopies = 4;

    /// <summary>Reads .pth, .pt and .safetensors by content.</summary>
    public static SafeTensors ReadAny(string path)
    {
        Check.That(File.Exists(path), $"There is no file {path}.");
        using var file = File.OpenRead(path);
        var first = file.ReadByte();
        var second = file.ReadByte();
        file.Position = 0;
        return first == 'P' && second == 'K' || first == 0x80 && second is >= 2 and <= 5 ? Read(path, file) : SafeTensors.Read(path);
    }

    private static SafeTensors Read(string path, FileStream file)
    {
        try
        {
            return Read(file);
        }
        catch (TrainerException e)
        {
            throw new TrainerException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is EndOfStreamException or InvalidDataException or OverflowException or IOException)
        {
            throw new TrainerException($"{path} is no whole file of weights: {e.Message}", e);
        }
    }

    /// <summary>For tests: the same on any seekable stream.</summary>
    public static SafeTensors Read(Stream file)
    {
        var zip = file.ReadByte() == 'P';
        file.Position = 0;
        return zip ? Zip(file) : Legacy(file);
    }

    private static SafeTensors Zip(Stream file)
    {
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var pickle = archive.Entries.FirstOrDefault(e => e.Name == "data.pkl")
            ?? throw new TrainerException("the archive has no data.pkl: it was not made by torch.save.");
        Check.That(pickle.Length <= MaxPickle, "its data.pkl is larger than any list of weights.");
        var folder = pickle.FullName[..^"data.pkl".Length];
        object? root;
        using (var stream = new BufferedStream(pickle.Open()))
            root = new RestrictedPickle(stream).Read();
        var stored = 0L;
        return Collect(root, file.Length, storage =>
        {
            var entry = archive.GetEntry($"{folder}data/{storage.Key}")
                ?? throw new TrainerException($"the archive lacks the data of storage {storage.Key}.");
            var size = checked(storage.Elements * StoredTensor.SizeOf(storage.Type));
            stored = checked(stored + size);
            Check.That(
                entry.Length == size && stored <= file.Length,
                $"storage {storage.Key} has {entry.Length} bytes where {size} are said."
            );
            var bytes = new byte[size];
            using var stream = entry.Open();
            stream.ReadExactly(bytes);
            return bytes;
        });
    }

    private static SafeTensors Legacy(Stream file)
    {
        Check.That(
            new RestrictedPickle(file).Read() is LegacyMagic && new RestrictedPickle(file).Read() is LegacyProtocol,
            "it is no file of torch.save."
        );
        new RestrictedPickle(file).Read();
        var root = new RestrictedPickle(file).Read();
        var keys = new RestrictedPickle(file).Read() as List<object> ?? throw new TrainerException("it has no list of storages.");

        // Behind the pickles: every storage as its element count and its bytes, in the order of the keys.
        var types = new Dictionary<string, PickledStorage>();
        Visit(root, (_, tensor) => types[tensor.Storage.Key] = tensor.Storage);
        var data = new Dictionary<string, byte[]>();
        var count = new byte[8];
        foreach (var key in keys.OfType<string>())
        {
            file.ReadExactly(count);
            var storage = types.GetValueOrDefault(key) ?? throw new TrainerException($"storage {key} belongs to no tensor.");
            Check.That(
                BinaryPrimitives.ReadInt64LittleEndian(count) == storage.Elements,
                $"storage {key} has another length than its tensors say."
            );
            var size = checked(storage.Elements * StoredTensor.SizeOf(storage.Type));
            Check.That(size <= file.Length - file.Position, "it is cut short.");
            data[key] = new byte[size];
            file.ReadExactly(data[key]);
        }

        return Collect(root, file.Length, storage =>
            data.GetValueOrDefault(storage.Key) ?? throw new TrainerException($"the data of storage {storage.Key} is missing.")
        );
    }

    private static SafeTensors Collect(object? root, long length, Func<PickledStorage, byte[]> load)
    {
        var storages = new Dictionary<PickledStorage, byte[]>();
        var tensors = new Dictionary<string, StoredTensor>();
        var room = checked(MostCopies * length);
        Visit(root, (name, tensor) =>
        {
            if (!storages.TryGetValue(tensor.Storage, out var bytes))
                storages[tensor.Storage] = bytes = load(tensor.Storage);
            tensors[name] = Contiguous(name, tensor, bytes, ref room);
        });
        Check.That(tensors.Count > 0, "it holds no tensors in a dictionary. Save the model's state_dict.");
        return new SafeTensors(new Dictionary<string, string>(), tensors);
    }

    // Names join with dots; wrappers that training scripts put around a state_dict are taken off. A dictionary that stands in several
    // places, or within itself, is taken where it stands first.
    private static void Visit(object? root, Action<string, PickledTensor> found)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        Into(root, "", 0);

        void Into(object? node, string prefix, int depth)
        {
            if (node is not Dictionary<string, object> items || depth > MostNested || !seen.Add(items))
                return;
            foreach (var (key, value) in items)
            {
                if (value is PickledTensor tensor)
                    found(prefix + key, tensor);
                else
                    Into(value, key is "state_dict" or "model" or "module" ? prefix : $"{prefix}{key}.", depth + 1);
            }
        }
    }

    private static StoredTensor Contiguous(string name, PickledTensor tensor, byte[] storage, ref long room)
    {
        var size = StoredTensor.SizeOf(tensor.Storage.Type);
        Check.That(tensor.Shape.Length == tensor.Strides.Length && tensor.Shape.Length <= 8, $"tensor {name} is malformed.");
        var count = tensor.Shape.Aggregate(1L, (product, d) => checked(product * d));
        var last = tensor.Shape.Zip(tensor.Strides, (d, s) => checked((d - 1) * s)).Aggregate(tensor.Offset, (sum, v) => checked(sum + v));

        // No more elements than the storage has: a view that repeats them could ask for any amount of memory.
        Check.That(
            count <= tensor.Storage.Elements && (count == 0 || (tensor.Offset >= 0 && last < tensor.Storage.Elements)),
            $"tensor {name} reaches outside its storage."
        );
        Check.That(
            (room -= count * size) >= 0,
            $"its tensors are larger than {MostCopies} times the file: they are views of the same numbers."
        );
        var data = new byte[count * size];
        var index = new long[tensor.Shape.Length];
        for (long i = 0, from = tensor.Offset; i < count; i++)
        {
            storage.AsSpan((int)(from * size), size).CopyTo(data.AsSpan((int)(i * size)));
            for (var d = index.Length - 1; d >= 0; d--)
            {
                from += tensor.Strides[d];
                if (++index[d] < tensor.Shape[d])
                    break;
                from -= tensor.Strides[d] * tensor.Shape[d];
                index[d] = 0;
            }
        }

        return new StoredTensor(tensor.Storage.Type, tensor.Shape, data);
    }
}
