using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    /// <summary>A random number generator of its own, so that what one part of a program draws does not depend on another.</summary>
    public class Generator : IDisposable
    {
        private readonly GeneratorHandle handle;

        private Generator(GeneratorHandle handle, Device device)
        {
            this.handle = handle;
            this.device = device;
        }

        public Generator(ulong seed = 0, Device? device = null)
        {
            this.device = device ?? CPU;
            Status.Check(NativeMethods.rs_generator_new((int)this.device.type, this.device.index, seed, out nint created));
            handle = new GeneratorHandle(created);
        }

        internal GeneratorHandle SafeHandle => handle;

        public Device device { get; }

        /// <summary>The generator of the CPU that is used where none is named.</summary>
        public static Generator Default => DefaultOf(CPU);

        internal static Generator DefaultOf(Device device)
        {
            Status.Check(NativeMethods.rs_generator_default((int)device.type, device.index, out nint shared));
            return new Generator(new GeneratorHandle(shared), device);
        }

        /// <summary>All that decides the numbers to come, as bytes; <see cref="set_state"/> brings them back exactly.</summary>
        public Tensor get_state()
        {
            Status.Check(NativeMethods.rs_generator_get_state(handle, out nint state));
            return Tensor.Own(state);
        }

        public void set_state(Tensor value) => Status.Check(NativeMethods.rs_generator_set_state(handle, value.SafeHandle));

        public Generator manual_seed(long seed)
        {
            Status.Check(NativeMethods.rs_generator_set_seed(handle, unchecked((ulong)seed)));
            return this;
        }

        /// <summary>Seeds from the system's entropy and returns the seed.</summary>
        public long seed()
        {
            Status.Check(NativeMethods.rs_generator_reseed(handle, out ulong chosen));
            return unchecked((long)chosen);
        }

        public long initial_seed()
        {
            Status.Check(NativeMethods.rs_generator_current_seed(handle, out ulong current));
            return unchecked((long)current);
        }

        public void Dispose()
        {
            Dispose(true);
            GC.SuppressFinalize(this);
        }

        protected virtual void Dispose(bool disposing) => handle.Dispose();
    }

    /// <summary>Seeds the default generators of the CPU and of every GPU.</summary>
    public static Generator manual_seed(long seed)
    {
        Status.Check(NativeMethods.rs_manual_seed(unchecked((ulong)seed)));
        return Generator.Default;
    }

    public static Tensor get_rng_state() => random.get_rng_state();

    public static void set_rng_state(Tensor new_state) => random.set_rng_state(new_state);

    public static partial class random
    {
        public static Generator manual_seed(long seed) => torch.manual_seed(seed);

        public static long initial_seed()
        {
            using Generator shared = Generator.Default;
            return shared.initial_seed();
        }

        public static long seed()
        {
            using Generator shared = Generator.Default;
            return shared.seed();
        }

        /// <summary>The state of the CPU's default generator.</summary>
        public static Tensor get_rng_state()
        {
            using Generator shared = Generator.Default;
            return shared.get_state();
        }

        public static void set_rng_state(Tensor new_state)
        {
            using Generator shared = Generator.Default;
            shared.set_state(new_state);
        }
    }
}
