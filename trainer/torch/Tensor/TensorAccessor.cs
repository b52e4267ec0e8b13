using System.Collections;
using System.Runtime.InteropServices;

namespace TorchSharp.Utils;

/// <summary>The elements of a CPU tensor as values of <typeparamref name="T"/>, in row-major order whatever the strides are.</summary>
public sealed unsafe class TensorAccessor<T> : IDisposable, IEnumerable<T> where T : unmanaged
{
    private readonly torch.Tensor tensor;
    private readonly long[] shape;
    private readonly long[] strides;
    private readonly bool contiguous;

    internal TensorAccessor(torch.Tensor tensor)
    {
        this.tensor = tensor;
        shape = tensor.shape;
        strides = tensor.stride();
        contiguous = tensor.is_contiguous();
        Count = tensor.NumberOfElements;
    }

    public long Count { get; }

    public bool IsReadOnly => false;

    private T* Data => (T*)tensor.DataPointer();

    public T this[params long[] indices]
    {
        get => Data[Offset(indices)];
        set => Data[Offset(indices)] = value;
    }

    public T[] ToArray()
    {
        var array = new T[Count];
        CopyTo(array);
        return array;
    }

    public void CopyTo(T[] array, int arrayIndex = 0, long tensorIndex = 0) => CopyTo(array.AsSpan(), arrayIndex, tensorIndex);

    public void CopyTo(Span<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        Span<T> target = array[arrayIndex..];
        if (target.Length < Count - tensorIndex)
            throw new ArgumentException($"room for {target.Length} elements, the tensor has {Count - tensorIndex}.", nameof(array));
        if (contiguous)
        {
            new ReadOnlySpan<T>(Data + tensorIndex, checked((int)(Count - tensorIndex))).CopyTo(target);
            return;
        }

        T* data = Data;
        for (long i = tensorIndex; i < Count; i++)
            target[(int)(i - tensorIndex)] = data[Offset(i)];
    }

    public void CopyFrom(T[] array, int arrayIndex = 0, long tensorIndex = 0) =>
        CopyFrom((ReadOnlySpan<T>)array, arrayIndex, tensorIndex);

    public void CopyFrom(ReadOnlySpan<T> array, int arrayIndex = 0, long tensorIndex = 0)
    {
        ReadOnlySpan<T> source = array[arrayIndex..];
        T* data = Data;
        for (int i = 0; i < source.Length && tensorIndex + i < Count; i++)
            data[Offset(tensorIndex + i)] = source[i];
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (long i = 0; i < Count; i++)
            yield return At(i);
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Nothing to free: the tensor belongs to its owner.</summary>
    public void Dispose() => GC.SuppressFinalize(this);

    private T At(long position) => Data[Offset(position)];

    private long Offset(long position)
    {
        if (position < 0 || position >= Count)
            throw new IndexOutOfRangeException($"{position} is not an element of a tensor with {Count}.");
        if (contiguous)
            return position;
        long offset = 0;
        for (int d = shape.Length - 1; d >= 0; d--)
        {
            offset += position % shape[d] * strides[d];
            position /= shape[d];
        }

        return offset;
    }

    private long Offset(long[] indices)
    {
        // One index into a tensor of another rank counts elements, as in TorchSharp.
        if (indices.Length == 1 && shape.Length != 1)
            return Offset(indices[0]);
        if (indices.Length != shape.Length)
            throw new ArgumentException($"{indices.Length} indices for a tensor of {shape.Length} dimensions.", nameof(indices));
        long offset = 0;
        for (int d = 0; d < indices.Length; d++)
        {
            if (indices[d] < 0 || indices[d] >= shape[d])
                throw new IndexOutOfRangeException($"index {indices[d]} of dimension {d} is outside 0..{shape[d] - 1}.");
            offset += indices[d] * strides[d];
        }

        return offset;
    }
}
