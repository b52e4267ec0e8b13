using RoadSeg.Trainer.Libtorch;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Mpi;

/// <summary>Averages gradients over ranks, in flat buffers of a bounded size: while one is under way the next is filled. They lie in host
/// memory; where the library takes that, on the device, and one is summed after the other.</summary>
internal sealed class GradientBuckets : IDisposable
{
    private const int BucketBytes = 4 << 20;

    private readonly Ranks _ranks;
    private readonly bool _onDevice;
    private readonly List<Bucket> _buckets = [];

    /// <param name="weights">Those that learn; the same on each rank, in the same order.</param>
    /// <param name="statistics">Averaged too, as they are: batch statistics that each rank has of its own part.</param>
    public GradientBuckets(Ranks ranks, IEnumerable<Tensor> weights, IEnumerable<Tensor> statistics, Device device)
    {
        (_ranks, _onDevice) = (ranks, device.type == DeviceType.CUDA && ranks.TakeCuda);
        var home = _onDevice ? device : CPU;
        var parts = new List<Part>();
        var size = 0L;
        foreach (var part in weights.Select(w => new Part(w, true)).Concat(statistics.Select(s => new Part(s, false))))
        {
            if (parts.Count > 0 && (size + part.Tensor.numel()) * sizeof(float) > BucketBytes)
            {
                _buckets.Add(new Bucket(parts, size, home));
                (parts, size) = ([], 0);
            }

            parts.Add(part);
            size += part.Tensor.numel();
        }

        if (parts.Count > 0)
            _buckets.Add(new Bucket(parts, size, home));
    }

    /// <summary>Replaces the gradients by their mean over all ranks.</summary>
    public void Average()
    {
        using var scope = NewDisposeScope();
        using var unrecorded = no_grad();
        foreach (var bucket in _buckets)
        {
            bucket.Fill();
            if (_onDevice)
                _ranks.SumOnDevice(bucket.Address, bucket.Count);
            else
                bucket.Request = _ranks.StartSum(bucket.Address, bucket.Count);
        }

        foreach (var bucket in _buckets)
        {
            if (!_onDevice)
                _ranks.Wait(bucket.Request);
            bucket.Empty(1.0 / _ranks.Count);
        }
    }

    public void Dispose() => _buckets.ForEach(bucket => bucket.Dispose());

    private sealed record Part(Tensor Tensor, bool IsWeight)
    {
        public Tensor? Value => IsWeight ? Tensor.grad : Tensor;
    }

    private sealed class Bucket : IDisposable
    {
        private readonly List<(Part Part, Tensor View)> _views = [];
        private readonly Tensor _flat;

        public Bucket(IReadOnlyList<Part> parts, long size, Device device)
        {
            _flat = zeros(size, float32, device).DetachFromDisposeScope();
            Address = TorchLibrary.AddressOf(_flat);
            Count = checked((int)size);
            var at = 0L;
            foreach (var part in parts)
            {
                _views.Add((part, _flat.narrow(0, at, part.Tensor.numel()).view(part.Tensor.shape).DetachFromDisposeScope()));
                at += part.Tensor.numel();
            }
        }

        public nint Address { get; }

        public int Count { get; }

        public nint Request { get; set; }

        // A weight without a gradient here may have one elsewhere: it counts as zero.
        public void Fill()
        {
            foreach (var (part, view) in _views)
            {
                if (part.Value is { } value)
                    view.copy_(value);
                else
                    view.zero_();
            }

            if (_flat.device_type == DeviceType.CUDA)
                cuda.synchronize(_flat.device);
        }

        public void Empty(double share)
        {
            using var numbers = new HeldScalars();
            _flat.mul_(numbers[share]);
            foreach (var (part, view) in _views)
                part.Value?.copy_(view);
        }

        public void Dispose()
        {
            foreach (var (_, view) in _views)
                view.Dispose();
            _flat.Dispose();
        }
    }
}
