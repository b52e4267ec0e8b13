using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace TorchSharp.Utils;

/// <summary>A dictionary that keeps the order of insertion; names of parameters and modules come out as they were registered.</summary>
public class OrderedDict<TKey, TValue> : IEnumerable<(TKey, TValue)> where TKey : notnull
{
    private readonly List<(TKey, TValue)> list = [];
    private readonly Dictionary<TKey, int> places = [];

    public int Count => list.Count;

    public ICollection<TKey> Keys => [.. list.Select(static e => e.Item1)];

    public ICollection<TValue> Values => [.. list.Select(static e => e.Item2)];

    public TValue this[TKey key]
    {
        get => list[places[key]].Item2;
        set
        {
            if (places.TryGetValue(key, out int place))
                list[place] = (key, value);
            else
                Add(key, value);
        }
    }

    public void Add(TKey key, TValue value)
    {
        places.Add(key, list.Count);
        list.Add((key, value));
    }

    internal bool TryAdd(TKey key, TValue value)
    {
        if (places.ContainsKey(key))
            return false;
        Add(key, value);
        return true;
    }

    public bool ContainsKey(TKey key) => places.ContainsKey(key);

    public bool TryGetValue(TKey key, [MaybeNullWhen(false)] out TValue value)
    {
        bool found = places.TryGetValue(key, out int place);
        value = found ? list[place].Item2 : default;
        return found;
    }

    public bool Remove(TKey key)
    {
        if (!places.Remove(key, out int place))
            return false;
        list.RemoveAt(place);
        for (int i = place; i < list.Count; i++)
            places[list[i].Item1] = i;
        return true;
    }

    public void Clear()
    {
        list.Clear();
        places.Clear();
    }

    public IEnumerator<(TKey, TValue)> GetEnumerator() => list.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>The registered name of a field that is called otherwise.</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class ComponentNameAttribute : Attribute
{
    public string Name { get; set; } = "";
}

/// <summary>Whole numbers in seven-bit groups, the least first.</summary>
internal static class Leb128
{
    public static void Encode(this BinaryWriter writer, long value) => writer.Write7BitEncodedInt64(value);

    public static long Decode(this BinaryReader reader) => reader.Read7BitEncodedInt64();
}
