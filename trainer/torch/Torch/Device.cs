using System.Globalization;
using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>Where a tensor lives: "cpu", "cuda" (the current GPU), "cuda:1".</summary>
    public class Device
    {
        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = index;
        }

        public Device(string description) : this(Split(description).type, Split(description).index)
        {
        }

        public Device(string deviceType, int index = -1) : this(Split(deviceType).type, index)
        {
        }

        public Device(int index) : this(DeviceType.CUDA, index)
        {
        }

        public DeviceType type { get; }

        public int index { get; }

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            string kind = type.ToString().ToLowerInvariant();
            return type == DeviceType.CPU || index < 0 ? kind : $"{kind}:{index.ToString(CultureInfo.InvariantCulture)}";
        }

        private static (DeviceType type, int index) Split(string description)
        {
            string[] parts = description.Split(':');
            bool numbered = parts.Length == 2;
            int index = -1;
            if (parts.Length > 2 || (numbered && !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out index)))
                throw new ArgumentException($"'{description}' is not a device: say cpu, cuda or cuda:N.", nameof(description));
            DeviceType type = parts[0].ToLowerInvariant() switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                "meta" => DeviceType.META,
                _ => throw new ArgumentException($"'{description}' is not a device: say cpu, cuda or cuda:N.", nameof(description)),
            };
            return (type, index);
        }
    }

    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);

    public static Device CUDA => new(DeviceType.CUDA);

    public static Device device(string description) => InitializeDevice(new Device(description));

    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(int index) => new(index);

    private static Device defaultDevice = CPU;
    private static ScalarType defaultType = ScalarType.Float32;

    public static Device get_default_device() => defaultDevice;

    public static void set_default_device(Device device) => defaultDevice = device;

    public static void set_default_device(string device) => defaultDevice = new Device(device);

    public static ScalarType get_default_dtype() => defaultType;

    public static void set_default_dtype(ScalarType dtype) => defaultType = dtype;

    /// <summary>Loads libtorch now, so that a missing library is said here and not in the middle of a run.</summary>
    public static void InitializeDeviceType(DeviceType deviceType)
    {
        _ = LibTorch.Version;
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
            throw new InvalidOperationException("CUDA is not available: this machine has no GPU, or this libtorch has no CUDA.");
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType)
    {
        _ = LibTorch.Version;
        return deviceType != DeviceType.CUDA || cuda.is_available();
    }

    public static Device InitializeDevice(Device? device)
    {
        Device chosen = device ?? defaultDevice;
        InitializeDeviceType(chosen.type);
        return chosen;
    }

    /// <summary>The version of the libtorch that is loaded.</summary>
    public static string __version__ => LibTorch.Version;

    public static partial class cuda
    {
        public static bool is_available() => device_count() > 0;

        public static int device_count() => NativeMethods.rs_cuda_device_count();

        public static bool is_cudnn_available() => NativeMethods.rs_cudnn_available() != 0;

        public static void manual_seed(long seed) => torch.manual_seed(seed);

        public static void manual_seed_all(long seed) => torch.manual_seed(seed);

        public static void synchronize(Device? device = null) => Status.Check(NativeMethods.rs_cuda_synchronize(device?.index ?? -1));
    }

    public static void set_num_threads(int num) => Status.Check(NativeMethods.rs_set_num_threads(num));

    public static int get_num_threads() => NativeMethods.rs_get_num_threads();

    public static void set_num_interop_threads(int num) => Status.Check(NativeMethods.rs_set_num_interop_threads(num));

    public static int get_num_interop_threads() => NativeMethods.rs_get_num_interop_threads();
}
