using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>The arguments that end every factory's schema: dtype, layout, device, pin_memory.</summary>
    private static Tensor Make(Operator op, ReadOnlySpan<Arg> leading, ScalarType? dtype, Device? device, bool requires_grad)
    {
        Span<Arg> all = new Arg[leading.Length + 4];
        leading.CopyTo(all);
        all[leading.Length] = dtype ?? defaultType;
        all[leading.Length + 1] = Arg.None;
        all[leading.Length + 2] = device ?? defaultDevice;
        all[leading.Length + 3] = Arg.None;
        Tensor made = op.Call(all);
        return requires_grad ? made.with_requires_grad() : made;
    }

    public static Tensor full(long[] size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Make(Aten.full, [size, value], dtype ?? TypeFor(value), device, requires_grad);

    public static Tensor full(
        ReadOnlySpan<long> size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(size.ToArray(), value, dtype, device, requires_grad);

    public static Tensor full(long size, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(new[] { size }, value, dtype, device, requires_grad);

    public static Tensor full(
        long rows, long columns, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(new[] { rows, columns }, value, dtype, device, requires_grad);

    public static Tensor full(
        long dim0, long dim1, long dim2, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        full(new[] { dim0, dim1, dim2 }, value, dtype, device, requires_grad);

    public static Tensor full(
        long dim0, long dim1, long dim2, long dim3, Scalar value, ScalarType? dtype = null, Device? device = null,
        bool requires_grad = false) => full(new[] { dim0, dim1, dim2, dim3 }, value, dtype, device, requires_grad);

    private static ScalarType TypeFor(Scalar value) => value.Type == ScalarType.Float64 ? defaultType : value.Type;

    public static Tensor arange(
        Scalar start, Scalar stop, Scalar step, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Make(Aten.arange, [start, stop, step], dtype ?? TypeFor(start, stop, step), device, requires_grad);

    public static Tensor arange(Scalar start, Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(start, stop, 1, dtype, device, requires_grad);

    public static Tensor arange(Scalar stop, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        arange(0, stop, 1, dtype, device, requires_grad);

    private static ScalarType TypeFor(Scalar a, Scalar b, Scalar c) =>
        a.Type == ScalarType.Float64 || b.Type == ScalarType.Float64 || c.Type == ScalarType.Float64 ? defaultType : ScalarType.Int64;

    public static Tensor linspace(
        double start, double end, long steps, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Make(Aten.linspace, [(Scalar)start, (Scalar)end, steps], dtype, device, requires_grad);

    public static Tensor eye(
        long rows, long columns = -1, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        Make(Aten.eye_m, [rows, columns < 0 ? rows : columns], dtype, device, requires_grad);

    /// <summary>A random permutation of 0..n-1.</summary>
    public static Tensor randperm(
        long n, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        Make(Aten.randperm_generator, [n, generator], dtype ?? ScalarType.Int64, device, requires_grad);

    /// <summary>Whole numbers from low (included) to high (not).</summary>
    public static Tensor randint(
        long low, long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false,
        Generator? generator = null) =>
        Make(Aten.randint_low_generator, [low, high, size, generator], dtype ?? ScalarType.Int64, device, requires_grad);

    public static Tensor randint(
        long high, long[] size, ScalarType? dtype = null, Device? device = null, bool requires_grad = false, Generator? generator = null) =>
        randint(0, high, size, dtype, device, requires_grad, generator);

    public static Tensor zeros_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.zeros_like(dtype, device, requires_grad);

    public static Tensor ones_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.ones_like(dtype, device, requires_grad);

    public static Tensor empty_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.empty_like(dtype, device, requires_grad);

    public static Tensor full_like(
        Tensor input, Scalar value, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.full_like(value, dtype, device, requires_grad);

    public static Tensor rand_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.rand_like(dtype, device, requires_grad);

    public static Tensor randn_like(Tensor input, ScalarType? dtype = null, Device? device = null, bool requires_grad = false) =>
        input.randn_like(dtype, device, requires_grad);

    /// <summary>Copies an array of any rank into a tensor of its shape and element type.</summary>
    public static Tensor from_array(Array rawArray, Device? device = null) => from_array(rawArray, null, device);

    public static Tensor from_array(Array rawArray, ScalarType? dtype, Device? device = null, bool requires_grad = false)
    {
        var dimensions = new long[rawArray.Rank];
        for (int d = 0; d < dimensions.Length; d++)
            dimensions[d] = rawArray.GetLongLength(d);
        return FromMemory(rawArray, dimensions, dtype, device, requires_grad);
    }

    private static unsafe Tensor FromMemory(Array array, long[] dimensions, ScalarType? dtype, Device? device, bool requires_grad)
    {
        ScalarType own = array.GetType().GetElementType() switch
        {
            Type t when t == typeof(byte) => ScalarType.Byte,
            Type t when t == typeof(sbyte) => ScalarType.Int8,
            Type t when t == typeof(short) => ScalarType.Int16,
            Type t when t == typeof(int) => ScalarType.Int32,
            Type t when t == typeof(long) => ScalarType.Int64,
            Type t when t == typeof(Half) => ScalarType.Float16,
            Type t when t == typeof(float) => ScalarType.Float32,
            Type t when t == typeof(double) => ScalarType.Float64,
            Type t when t == typeof(bool) => ScalarType.Bool,
            Type t => throw new NotSupportedException($"an array of {t.Name} does not become a tensor."),
            null => throw new ArgumentException("not an array of elements.", nameof(array)),
        };
        long count = 1;
        foreach (long d in dimensions)
            count = checked(count * d);
        if (count != array.LongLength)
            throw new ArgumentException($"an array of {array.LongLength} elements does not fill the shape [{string.Join(", ", dimensions)}].");

        Tensor made = empty(dimensions, own, CPU);
        if (count > 0)
        {
            fixed (byte* source = &System.Runtime.InteropServices.MemoryMarshal.GetArrayDataReference(array))
            {
                long length = count * made.ElementSize;
                Buffer.MemoryCopy(source, (void*)made.DataPointer(), length, length);
            }
        }

        return Finish(made, dtype, device, requires_grad);
    }

    private static Tensor Finish(Tensor made, ScalarType? dtype, Device? device, bool requires_grad)
    {
        ScalarType type = dtype ?? made.dtype;
        Device place = device ?? defaultDevice;
        if (type != made.dtype || place.type != DeviceType.CPU)
            made = made.to(type, place, disposeAfter: true);
        return requires_grad ? made.with_requires_grad() : made;
    }
}
