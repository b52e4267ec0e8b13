using System.Globalization;
using System.Runtime.InteropServices;
using RoadSeg.Torch.Interop;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        /// <summary>The memory of a contiguous CPU tensor, not copied: valid while the tensor is alive.</summary>
        /// <exception cref="InvalidOperationException">Not contiguous, or not on the CPU.</exception>
        public unsafe Span<byte> bytes
        {
            get
            {
                long length = NumberOfElements * ElementSize;
                if (!is_contiguous())
                    throw new InvalidOperationException("bytes of a tensor that is not contiguous: call contiguous() first.");
                if (device_type != DeviceType.CPU)
                    throw new InvalidOperationException("bytes of a tensor that is not on the CPU: call cpu() first.");
                if (length > int.MaxValue)
                    throw new ArgumentException($"a span cannot hold the {length} bytes of this tensor.");
                return new Span<byte>((void*)DataPointer(), (int)length);
            }

            set
            {
                Span<byte> target = bytes;
                if (target.Length != value.Length)
                    throw new ArgumentException($"{value.Length} bytes given for a tensor of {target.Length}.");
                value.CopyTo(target);
            }
        }

        internal nint DataPointer()
        {
            Status.Check(NativeMethods.rs_tensor_data(SafeHandle, out nint data));
            return data;
        }

        /// <summary>The elements, read and written in place; a tensor on a GPU is copied to the CPU first.</summary>
        public TensorAccessor<T> data<T>() where T : unmanaged
        {
            Require<T>();
            return new TensorAccessor<T>(device_type == DeviceType.CPU ? this : cpu());
        }

        /// <summary>The one element of a tensor that has one.</summary>
        public unsafe T item<T>() where T : unmanaged
        {
            TensorInfo info = Describe();
            if (info.NumberOfElements != 1)
                throw new ArgumentException("Number of elements in the tensor must be 1");
            Require<T>();
            if (info.DeviceType == (int)DeviceType.CPU)
                return *(T*)DataPointer();
            using Tensor local = cpu();
            return *(T*)local.DataPointer();
        }

        private void Require<T>() where T : unmanaged
        {
            ScalarType type = dtype;
            if (TypeOf(type) != typeof(T))
                throw new ArgumentException($"{typeof(T).Name} is not compatible with {type}");
        }

        private static Type? TypeOf(ScalarType type) => type switch
        {
            ScalarType.Byte => typeof(byte),
            ScalarType.Int8 => typeof(sbyte),
            ScalarType.Int16 => typeof(short),
            ScalarType.Int32 => typeof(int),
            ScalarType.Int64 => typeof(long),
            ScalarType.Float16 => typeof(Half),
            ScalarType.Float32 => typeof(float),
            ScalarType.Float64 => typeof(double),
            ScalarType.Bool => typeof(bool),
            _ => null,
        };

        public Scalar ToScalar()
        {
            NativeValue value = Aten.item.CallScalar(this);
            return new Scalar((Tag)value.Tag, value.Bits);
        }

        public void WriteBytesToStream(Stream stream, int bufferSize = 1024)
        {
            using Tensor whole = Local();
            stream.Write(whole.bytes);
        }

        public void ReadBytesFromStream(Stream stream, int bufferSize = 1024)
        {
            if (device_type == DeviceType.CPU && is_contiguous())
            {
                stream.ReadExactly(bytes);
                return;
            }

            using Tensor whole = torch.empty(shape, dtype);
            stream.ReadExactly(whole.bytes);
            using (no_grad())
                copy_(whole);
        }

        /// <summary>The tensor on the CPU and contiguous; always a wrapper of its own.</summary>
        private Tensor Local()
        {
            using Tensor local = cpu();
            return local.contiguous();
        }

        public override string ToString() => handle is null
            ? "(disposed)"
            : $"[{string.Join("x", shape.Select(static d => d.ToString(CultureInfo.InvariantCulture)))}], type = {dtype}, device = {device}";
    }
}
