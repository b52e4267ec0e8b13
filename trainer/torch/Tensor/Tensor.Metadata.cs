using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        private unsafe TensorInfo Describe()
        {
            TensorInfo info;
            Status.Check(NativeMethods.rs_tensor_describe(SafeHandle, &info, null, null, 0));
            return info;
        }

        private unsafe long[] Describe(bool strides)
        {
            const int usual = 8;
            TensorInfo info;
            long* values = stackalloc long[usual];
            Status.Check(NativeMethods.rs_tensor_describe(SafeHandle, &info, strides ? null : values, strides ? values : null, usual));
            if (info.Dimensions <= usual)
                return new Span<long>(values, info.Dimensions).ToArray();
            var more = new long[info.Dimensions];
            fixed (long* first = more)
                Status.Check(NativeMethods.rs_tensor_describe(SafeHandle, &info, strides ? null : first, strides ? first : null, more.Length));
            return more;
        }

        public long[] shape => Describe(strides: false);

        public long[] size() => Describe(strides: false);

        public long size(int dim)
        {
            long[] sizes = shape;
            return sizes[dim < 0 ? dim + sizes.Length : dim];
        }

        public long[] stride() => Describe(strides: true);

        public long stride(int dim)
        {
            long[] strides = stride();
            return strides[dim < 0 ? dim + strides.Length : dim];
        }

        public long Dimensions => Describe().Dimensions;

        public long dim() => Dimensions;

        public long ndim => Dimensions;

        public long NumberOfElements => Describe().NumberOfElements;

        public long numel() => NumberOfElements;

        /// <summary>Bytes of one element.</summary>
        public long ElementSize => Describe().ElementSize;

        public long element_size() => ElementSize;

        public long storage_offset() => Describe().StorageOffset;

        public ScalarType dtype => (ScalarType)Describe().Type;

        public Device device
        {
            get
            {
                TensorInfo info = Describe();
                return new Device((DeviceType)info.DeviceType, info.DeviceIndex);
            }
        }

        public DeviceType device_type => (DeviceType)Describe().DeviceType;

        /// <summary>-1 on the CPU.</summary>
        public int device_index => Describe().DeviceIndex;

        public bool is_cuda => device_type == DeviceType.CUDA;

        public bool is_cpu() => device_type == DeviceType.CPU;

        public bool is_contiguous() => Describe().IsContiguous;

        internal bool IsChannelsLast => Describe().IsChannelsLast;

        public bool is_floating_point() => torch.is_floating_point(dtype);

        public bool is_integral() => torch.is_integral(dtype);

        public bool is_complex() => torch.is_complex(dtype);
    }
}
