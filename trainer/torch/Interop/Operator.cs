using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace RoadSeg.Torch.Interop;

/// <summary>
/// An ATen operator by name and overload. Resolved at its first call and then kept: libtorch never forgets an operator.
/// Arguments follow the operator's schema; those left out at the end take the schema's defaults.
/// </summary>
internal sealed unsafe class Operator(string name, string overload = "")
{
    private const int MaxResults = 8;
    private nint op;

    public override string ToString() => overload.Length == 0 ? name : $"{name}.{overload}";

    /// <summary>Calls the operator, which must have one tensor result.</summary>
    public Tensor Call(params ReadOnlySpan<Arg> args)
    {
        NativeValue result = default;
        Invoke(args, new Span<NativeValue>(ref result), 1);
        return ToTensor(result);
    }

    public (Tensor, Tensor) Call2(params ReadOnlySpan<Arg> args)
    {
        Span<NativeValue> results = stackalloc NativeValue[MaxResults];
        Invoke(args, results, 2);
        return (ToTensor(results[0]), ToTensor(results[1]));
    }

    public (Tensor, Tensor, Tensor) Call3(params ReadOnlySpan<Arg> args)
    {
        Span<NativeValue> results = stackalloc NativeValue[MaxResults];
        Invoke(args, results, 3);
        return (ToTensor(results[0]), ToTensor(results[1]), ToTensor(results[2]));
    }

    /// <summary>Calls an in-place operator: its result is its own first argument, so the second handle to it is dropped.</summary>
    public void Run(params ReadOnlySpan<Arg> args)
    {
        Span<NativeValue> results = stackalloc NativeValue[MaxResults];
        int count = Invoke(args, results, -1);
        for (int i = 0; i < count; i++)
        {
            if (results[i].Tag == (int)Tag.Tensor)
                NativeMethods.rs_tensor_free((nint)results[i].Bits);
        }
    }

    public bool CallBool(params ReadOnlySpan<Arg> args) => CallScalar(args).Bits != 0;

    /// <summary>Calls an operator with a number for a result.</summary>
    public NativeValue CallScalar(params ReadOnlySpan<Arg> args)
    {
        NativeValue result = default;
        Invoke(args, new Span<NativeValue>(ref result), 1);
        return result;
    }

    public Tensor[] CallList(params ReadOnlySpan<Arg> args)
    {
        NativeValue result = default;
        Invoke(args, new Span<NativeValue>(ref result), 1);
        var items = new Span<nint>((void*)(nint)result.Bits, result.Count);
        var tensors = new Tensor[items.Length];
        for (int i = 0; i < tensors.Length; i++)
            tensors[i] = Tensor.Own(items[i]);
        NativeMethods.rs_tensor_list_free((nint)result.Bits);
        return tensors;
    }

    private Tensor ToTensor(in NativeValue value) => value.Tag == (int)Tag.Tensor
        ? Tensor.Own((nint)value.Bits)
        : throw new ExternalException($"{this} returned {(Tag)value.Tag} where a tensor was expected");

    private int Invoke(ReadOnlySpan<Arg> args, Span<NativeValue> results, int expected)
    {
        if (op == 0)
            Status.Check(NativeMethods.rs_operator_find(name, overload, out op));

        NativeValue* values = stackalloc NativeValue[args.Length];
        long* scratch = stackalloc long[Lease.ScratchLength];
        var lease = new Lease(scratch);
        int count = 0;
        try
        {
            for (int i = 0; i < args.Length; i++)
                lease.Marshal(in args[i], ref values[i]);
            fixed (NativeValue* first = results)
            {
                long began = NativeTime.Begin();
                nint status = NativeMethods.rs_operator_call(op, values, args.Length, first, results.Length, &count);
                NativeTime.End(began);
                Status.Check(status);
            }
        }
        finally
        {
            lease.Release();
        }

        if (expected >= 0 && count != expected)
            throw new ExternalException($"{this} returned {count} values where {expected} were expected");
        return count;
    }

    /// <summary>Holds what the arguments own until the call is over: handles counted up, arrays pinned.</summary>
    private ref struct Lease(long* scratch)
    {
        /// <summary>Room for the short lists (sizes, strides, paddings) of one call, so that they need not be pinned.</summary>
        public const int ScratchLength = 32;

        private int scratchUsed;
        private Handles handles;
        private int handleCount;
        private List<SafeHandle>? moreHandles;
        private List<GCHandle>? pins;
        private List<nint[]>? rented;

        [InlineArray(8)]
        private struct Handles
        {
            private SafeHandle first;
        }

        public void Marshal(in Arg arg, ref NativeValue value)
        {
            value.Tag = (int)arg.Tag;
            value.Count = 0;
            value.Bits = arg.Owner is null ? arg.Bits : Borrow(arg, ref value.Count);
        }

        private long Borrow(in Arg arg, ref int count)
        {
            switch (arg.Tag)
            {
                case Tag.Tensor:
                    return Hold(((Tensor)arg.Owner!).SafeHandle);
                case Tag.Generator:
                    return Hold(((Generator)arg.Owner!).SafeHandle);
                case Tag.IntList:
                    long[] longs = (long[])arg.Owner!;
                    count = longs.Length;
                    return Copy(longs) ?? Pin(longs);
                case Tag.DoubleList:
                    count = ((double[])arg.Owner!).Length;
                    return Pin(arg.Owner);
                case Tag.Device:
                    return arg.Bits;
                case Tag.String:
                    byte[] utf8 = Encoding.UTF8.GetBytes((string)arg.Owner!);
                    count = utf8.Length;
                    return Pin(utf8);
                case Tag.TensorList:
                case Tag.OptionalTensorList:
                    var tensors = (Tensor?[])arg.Owner!;
                    count = tensors.Length;
                    nint[] items = ArrayPool<nint>.Shared.Rent(Math.Max(count, 1));
                    (rented ??= []).Add(items);
                    for (int i = 0; i < count; i++)
                        items[i] = tensors[i] is { } tensor ? (nint)Hold(tensor.SafeHandle) : 0;
                    return Pin(items);
                default:
                    throw new InvalidOperationException($"{arg.Tag} owns nothing");
            }
        }

        private long Hold(SafeHandle handle)
        {
            bool held = false;
            handle.DangerousAddRef(ref held);
            if (handleCount < 8)
                handles[handleCount++] = handle;
            else
                (moreHandles ??= []).Add(handle);
            return handle.DangerousGetHandle();
        }

        private long? Copy(long[] items)
        {
            if (items.Length > ScratchLength - scratchUsed)
                return null;
            long* start = scratch + scratchUsed;
            items.CopyTo(new Span<long>(start, items.Length));
            scratchUsed += items.Length;
            return (long)(nint)start;
        }

        private long Pin(object array)
        {
            var pin = GCHandle.Alloc(array, GCHandleType.Pinned);
            (pins ??= []).Add(pin);
            return pin.AddrOfPinnedObject();
        }

        public void Release()
        {
            for (int i = 0; i < handleCount; i++)
                handles[i].DangerousRelease();
            moreHandles?.ForEach(static handle => handle.DangerousRelease());
            pins?.ForEach(static pin => pin.Free());
            rented?.ForEach(static items => ArrayPool<nint>.Shared.Return(items));
        }
    }
}
