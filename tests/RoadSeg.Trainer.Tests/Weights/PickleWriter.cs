using System.IO.Compression;
using System.Text;

namespace RoadSeg.Trainer.Tests.Weights;

/// <summary>Writes the pickles that torch.save would not.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _pickle = [];

    public PickleWriter Dictionary() => Op("}");

    public PickleWriter Put(byte slot) => Op("q").Bytes(slot);

    public PickleWriter Get(byte slot) => Op("h").Bytes(slot);

    public PickleWriter SetItem() => Op("s");

    public PickleWriter Text(string text) => Op("X").Int(text.Length).Bytes(Encoding.ASCII.GetBytes(text));

    /// <summary>A one-dimensional tensor over a whole storage of floats.</summary>
    public PickleWriter Tensor(string storage, int floats) => Op("ctorch._utils\n_rebuild_tensor_v2\n((").Text("storage").Op("ctorch\nFloatStorage\n").Text(storage).Text("cpu").Number(floats).Op("tQ")
        .Number(0).Op("(").Number(floats).Op("t(").Number(1).Op("t\u0089ccollections\nOrderedDict\n)RtR");

    /// <summary>A tensor over a whole storage, its last axis closest.</summary>
    /// <param name="type">FloatStorage or LongStorage.</param>
    public PickleWriter Tensor(string storage, string type, params long[] shape)
    {
        var count = (int)shape.Aggregate(1L, (product, side) => product * side);
        Op($"ctorch._utils\n_rebuild_tensor_v2\n((").Text("storage").Op($"ctorch\n{type}\n").Text(storage).Text("cpu").Number(count).Op("tQ").Number(0).Op("(");
        foreach (var side in shape)
            Number((int)side);
        Op("t(");
        for (var i = 0; i < shape.Length; i++)
            Number((int)shape.Skip(i + 1).Aggregate(1L, (product, side) => product * side));
        return Op("t\u0089ccollections\nOrderedDict\n)RtR");
    }

    /// <summary>The file that torch.save would make of it, with its storages.</summary>
    public void Save(string path, IEnumerable<(string Storage, byte[] Bytes)> storages)
    {
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        using (var entry = archive.CreateEntry("a/data.pkl", CompressionLevel.NoCompression).Open())
            entry.Write([0x80, 2, .. _pickle, (byte)'.']);
        foreach (var (storage, bytes) in storages)
        {
            using var data = archive.CreateEntry($"a/data/{storage}", CompressionLevel.NoCompression).Open();
            data.Write(bytes);
        }
    }

    /// <summary>The archive that torch.save would make of it, with one storage "0" of so many bytes.</summary>
    public MemoryStream Archive(int storage)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            using (var entry = archive.CreateEntry("a/data.pkl", CompressionLevel.NoCompression).Open())
                entry.Write([0x80, 2, .. _pickle, (byte)'.']);
            using var data = archive.CreateEntry("a/data/0", CompressionLevel.NoCompression).Open();
            data.Write(new byte[storage]);
        }

        file.Position = 0;
        return file;
    }

    private PickleWriter Number(int value) => Op("J").Int(value);

    private PickleWriter Int(int value) => Bytes(BitConverter.GetBytes(value));

    private PickleWriter Op(string opcodes) => Bytes(Encoding.Latin1.GetBytes(opcodes));

    private PickleWriter Bytes(params byte[] bytes)
    {
        _pickle.AddRange(bytes);
        return this;
    }
}
