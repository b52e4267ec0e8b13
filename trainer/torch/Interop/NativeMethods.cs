using System.Runtime.InteropServices;

namespace RoadSeg.Torch.Interop;

/// <summary>The shim's functions as native/*.cpp declare them. Callers go through <see cref="Status.Check"/>.</summary>
internal static unsafe partial class NativeMethods
{
    private const string Library = LibTorch.LibraryName;

    /// <summary>kAbiVersion of native/roadseg_torch.h.</summary>
    public const int AbiVersion = 1;

    [LibraryImport(Library)] public static partial int rs_abi_version();
    [LibraryImport(Library)] public static partial nint rs_versions(byte* built, byte* loaded, int capacity);

    [LibraryImport(Library)] public static partial int rs_status_kind(nint status);
    [LibraryImport(Library)] public static partial byte* rs_status_text(nint status);
    [LibraryImport(Library)] public static partial void rs_status_free(nint status);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint rs_operator_find(string name, string overload, out nint op);

    [LibraryImport(Library)]
    public static partial nint rs_operator_call(nint op, NativeValue* args, int nargs, NativeValue* results, int capacity, int* nresults);

    [LibraryImport(Library)] public static partial void rs_tensor_list_free(nint items);
    [LibraryImport(Library)] public static partial void rs_tensor_free(nint tensor);
    [LibraryImport(Library)] public static partial long rs_live_tensors();

    [LibraryImport(Library)]
    public static partial nint rs_tensor_describe(TensorHandle tensor, TensorInfo* info, long* sizes, long* strides, int capacity);

    [LibraryImport(Library)] public static partial nint rs_tensor_data(TensorHandle tensor, out nint data);
    [LibraryImport(Library)] public static partial nint rs_tensor_alias(TensorHandle tensor, out nint alias);
    [LibraryImport(Library)] public static partial nint rs_tensor_set_data(TensorHandle tensor, TensorHandle data);
    [LibraryImport(Library)] public static partial nint rs_tensor_set_requires_grad(TensorHandle tensor, int value);
    [LibraryImport(Library)] public static partial nint rs_tensor_retain_grad(TensorHandle tensor);
    [LibraryImport(Library)] public static partial nint rs_tensor_grad(TensorHandle tensor, out nint grad);
    [LibraryImport(Library)] public static partial nint rs_tensor_set_grad(TensorHandle tensor, nint grad);

    [LibraryImport(Library)]
    public static partial nint rs_backward(nint* roots, nint* grads, int count, nint* inputs, int ninputs, int retain, int create);

    [LibraryImport(Library)]
    public static partial nint rs_grad(
        nint* outputs, nint* grads, int count, nint* inputs, int ninputs, int retain, int create, int allowUnused, nint* results);

    [LibraryImport(Library)] public static partial int rs_grad_mode();
    [LibraryImport(Library)] public static partial void rs_set_grad_mode(int enabled);
    [LibraryImport(Library)] public static partial int rs_inference_mode();
    [LibraryImport(Library)] public static partial nint rs_inference_mode_enter(int enabled, out nint guard);
    [LibraryImport(Library)] public static partial void rs_inference_mode_leave(nint guard);

    [LibraryImport(Library)] public static partial nint rs_set_num_threads(int n);
    [LibraryImport(Library)] public static partial int rs_get_num_threads();
    [LibraryImport(Library)] public static partial nint rs_set_num_interop_threads(int n);
    [LibraryImport(Library)] public static partial int rs_get_num_interop_threads();

    [LibraryImport(Library)] public static partial int rs_cuda_device_count();
    [LibraryImport(Library)] public static partial int rs_cudnn_available();
    [LibraryImport(Library)] public static partial nint rs_cuda_synchronize(int index);
    [LibraryImport(Library)] public static partial nint rs_cuda_memory(int index, out long current, out long peak, out long reserved);
    [LibraryImport(Library)] public static partial nint rs_set_deterministic(int on);

    [LibraryImport(Library)] public static partial nint rs_manual_seed(ulong seed);
    [LibraryImport(Library)] public static partial nint rs_generator_default(int type, int index, out nint generator);
    [LibraryImport(Library)] public static partial nint rs_generator_new(int type, int index, ulong seed, out nint generator);
    [LibraryImport(Library)] public static partial void rs_generator_free(nint generator);
    [LibraryImport(Library)] public static partial nint rs_generator_set_seed(GeneratorHandle generator, ulong seed);
    [LibraryImport(Library)] public static partial nint rs_generator_current_seed(GeneratorHandle generator, out ulong seed);
    [LibraryImport(Library)] public static partial nint rs_generator_reseed(GeneratorHandle generator, out ulong seed);
    [LibraryImport(Library)] public static partial nint rs_generator_get_state(GeneratorHandle generator, out nint state);
    [LibraryImport(Library)] public static partial nint rs_generator_set_state(GeneratorHandle generator, TensorHandle state);

    [LibraryImport(Library)] public static partial nint rs_autocast_get(int deviceType, out int enabled, out int dtype);
    [LibraryImport(Library)] public static partial nint rs_autocast_set(int deviceType, int enabled, int dtype, int nesting);
}

/// <summary>struct Value of native/roadseg_torch.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NativeValue
{
    public int Tag;
    public int Count;
    public long Bits;
}

/// <summary>struct TensorInfo of native/roadseg_torch.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TensorInfo
{
    public long NumberOfElements;
    public long StorageOffset;
    public long ElementSize;
    public int Dimensions;
    public int Type;
    public int DeviceType;
    public int DeviceIndex;
    public int Layout;
    public int Flags;

    public readonly bool RequiresGrad => (Flags & 1) != 0;
    public readonly bool IsLeaf => (Flags & 2) != 0;
    public readonly bool IsContiguous => (Flags & 4) != 0;
    public readonly bool IsChannelsLast => (Flags & 8) != 0;
}
