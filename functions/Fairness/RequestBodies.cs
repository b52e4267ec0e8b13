using RoadSeg.Errors;

namespace RoadSeg.Functions.Fairness;

/// <summary>The photos in request bodies that this process holds in memory, from before they are read until they are stored. Who comes when
/// there is no room is refused before a byte is read (decision 0022).</summary>
internal sealed class RequestBodies
{
    /// <summary>Bytes for all callers together.</summary>
    public const long Most = 256 << 20;

    /// <summary>Bytes for one caller: bodies that come slowly keep nobody else out.</summary>
    public const long MostOfCaller = Most / 2;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _held = new(StringComparer.Ordinal);
    private long _sum;

    /// <summary>Makes room for a body; dispose it when the bytes are let go.</summary>
    /// <exception cref="RoadSegException">too-many-requests.</exception>
    public IDisposable Take(string caller, long bytes)
    {
        lock (_gate)
        {
            var held = _held.GetValueOrDefault(caller);
            if (held > 0 && held + bytes > MostOfCaller)
                throw new RoadSegException(
                    ErrorCodes.TooManyRequests,
                    $"You are sending {held >> 20} MiB of photos already. Send fewer at once, or get upload keys: POST /v1/uploads."
                );
            if (_sum > 0 && _sum + bytes > Most)
                throw new RoadSegException(
                    ErrorCodes.TooManyRequests,
                    "More photos are being sent than the service holds at once. Try again when Retry-After has passed, or get an upload "
                        + "key: POST /v1/uploads."
                );
            _held[caller] = held + bytes;
            _sum += bytes;
        }

        return new Room(this, caller, bytes);
    }

    private void Leave(string caller, long bytes)
    {
        lock (_gate)
        {
            _sum -= bytes;
            if ((_held[caller] -= bytes) == 0)
                _held.Remove(caller);
        }
    }

    private sealed class Room(RequestBodies bodies, string caller, long bytes) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                bodies.Leave(caller, bytes);
        }
    }
}
