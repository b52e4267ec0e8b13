using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // Moves keep every Parameter object: an optimiser that holds it goes on with the moved one. TorchSharp makes new ones,
        // so portable code makes its optimiser after the move.
        public partial class Module
        {
            protected internal virtual Module _to(Device device, ScalarType dtype, bool non_blocking) => Move(device, dtype, non_blocking);

            protected internal virtual Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking) =>
                Move(new Device(deviceType, deviceIndex), null, non_blocking);

            protected internal virtual Module _to(ScalarType dtype, bool non_blocking) => Move(null, dtype, non_blocking);

            private Module Move(Device? device, ScalarType? dtype, bool non_blocking)
            {
                if (dtype is ScalarType t && !is_floating_point(t) && !is_complex(t))
                    throw new ArgumentException($"nn.Module.to only accepts floating point or complex types, but got desired dtype={t}");
                if (device is not null)
                    InitializeDeviceType(device.type);
                using IDisposable unrecorded = no_grad();
                foreach (Parameter parameter in parameters())
                {
                    Move(parameter, device, dtype, non_blocking);
                    using Tensor? gradient = parameter.grad;
                    if (gradient is not null)
                        Move(gradient, device, dtype, non_blocking);
                }

                foreach (Tensor buffer in buffers())
                    Move(buffer, device, dtype, non_blocking);
                return this;
            }

            private static void Move(Tensor tensor, Device? device, ScalarType? dtype, bool non_blocking)
            {
                ScalarType own = tensor.dtype;
                ScalarType type = dtype is ScalarType t && (is_floating_point(own) || is_complex(own)) ? t : own;
                using Tensor moved = tensor.to(type, device ?? tensor.device, non_blocking: non_blocking);
                if (moved.Handle != tensor.Handle)
                    tensor.SetData(moved);
            }
        }
    }
}

/// <summary>Moves that give back the type of the module they were called on.</summary>
public static class ModuleExtensionMethods
{
    public static T to<T>(this T module, torch.ScalarType type, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(type, non_blocking);

    public static T to<T>(this T module, torch.Device device, torch.ScalarType type, bool non_blocking = false)
        where T : torch.nn.Module => (T)module._to(device, type, non_blocking);

    public static T to<T>(this T module, DeviceType deviceType, int deviceIndex = -1, bool non_blocking = false)
        where T : torch.nn.Module => (T)module._to(deviceType, deviceIndex, non_blocking);

    public static T to<T>(this T module, torch.Device device, bool non_blocking = false) where T : torch.nn.Module =>
        (T)module._to(device.type, device.index, non_blocking);

    public static T to<T>(this T module, string device, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(new torch.Device(device), non_blocking);

    public static T cpu<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(DeviceType.CPU, -1, non_blocking);

    public static T cuda<T>(this T module, int deviceIndex = -1, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(DeviceType.CUDA, deviceIndex, non_blocking);

    public static T half<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.ScalarType.Float16, non_blocking);

    public static T bfloat16<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.ScalarType.BFloat16, non_blocking);

    public static T @float<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.ScalarType.Float32, non_blocking);

    public static T @double<T>(this T module, bool non_blocking = false) where T : torch.nn.Module =>
        module.to(torch.ScalarType.Float64, non_blocking);
}
