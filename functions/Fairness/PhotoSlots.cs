using RoadSeg.Imaging;
using RoadSeg.Work;

namespace RoadSeg.Functions.Fairness;

/// <summary>How much of decoded photos and masks this process holds at once, by what they are for (decision 0022). The bounds do not grow
/// with what comes: together with the bodies of requests and the model they keep the process under 2.5 GiB on two cores, and 160 MiB more
/// for each further one.</summary>
internal sealed class PhotoSlots
{
    /// <summary>Pixels of a photo from which its work is bulk work, whatever lane its job came in.</summary>
    public const long HeavyPixels = 25_000_000;

    private const long MiB = 1 << 20;
    private const long BackgroundBytes = 1024 * MiB,
        FilesBytes = 96 * MiB;

    // Sixty-four, not one: a page shows the results of many photos.
    private const int RendersOfCaller = 64;

    // Work for which somebody waits has room for each core, work in the background for half of them.
    private static readonly int Cores = Math.Max(2, Environment.ProcessorCount);
    private static readonly long PhotoBytes = 96 * MiB,
        RenderBytes = 128 * MiB,
        WorkBytes = BackgroundBytes / (Cores / 2);

    private readonly FairSlots _photos = new(PhotoBytes * Cores);
    private readonly FairSlots _background = new(BackgroundBytes);
    private readonly FairSlots _renders = new(RenderBytes * (Cores / 2), RendersOfCaller);
    private readonly FairSlots _heavyRenders = new(1, RendersOfCaller);

    /// <summary>For files of photos in the interactive lane, from before they are read until they are decoded; weighed by their
    /// bytes.</summary>
    public FairSlots Files { get; } = new(FilesBytes);

    /// <summary>The same for photos in the bulk lane.</summary>
    public FairSlots BulkFiles { get; } = new(FilesBytes);

    /// <summary>Bytes for each of the photo's pixels that redacting it holds: what was asked of the model and the area, the photo as
    /// decoded and turned.</summary>
    public const long RedactionHolds = 8;

    /// <summary>Bytes of a file from which its work is bulk work too: as many as a request body may have.</summary>
    public const long HeavyFile = 16 * MiB;

    /// <summary>True for a photo whose results take long and much memory.</summary>
    public static bool IsHeavy(long width, long height) => width * height > HeavyPixels;

    /// <summary>True for a photo whose decoding takes long and much memory, or its results: also one of fewer pixels in 16 bits or with an
    /// alpha channel.</summary>
    public static bool IsHeavy(ImageHeader header) => IsHeavy(header.Width, header.Height) || Decoded(header) > 3 * HeavyPixels;

    /// <summary>To decode a photo in the interactive lane: as many at once as there are cores.</summary>
    public Task<IDisposable> DecodeAsync(string caller, ImageHeader header, CancellationToken cancel) =>
        _photos.EnterAsync(caller, Math.Max(Decoded(header), PhotoBytes), cancel);

    /// <summary>The same where one is free at once; null otherwise.</summary>
    public IDisposable? TryDecode(string caller, ImageHeader header) => _photos.TryEnter(caller, Math.Max(Decoded(header), PhotoBytes));

    /// <summary>To decode a photo in the bulk lane: on half of the cores at most.</summary>
    public Task<IDisposable> WorkAsync(string caller, long bytes, CancellationToken cancel) =>
        _background.EnterAsync(caller, Math.Max(bytes, WorkBytes), cancel);

    /// <summary>To decode a photo whole and obscure parts of it, of a job of a lane; of heavy photos <see cref="HeavyAsync"/> holds as
    /// much.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="lane">The lane of its job.</param>
    /// <param name="pixels">Pixels of the photo.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public Task<IDisposable> RedactAsync(string caller, WorkLane lane, long pixels, CancellationToken cancel) =>
        lane == WorkLane.Bulk
            ? WorkAsync(caller, RedactionHolds * pixels, cancel)
            : _photos.EnterAsync(caller, Math.Max(RedactionHolds * pixels, PhotoBytes), cancel);

    /// <summary>To make the mask of a heavy photo, or something of it: after what else is done in the background.</summary>
    /// <param name="caller">Whose it is.</param>
    /// <param name="bytes">What it holds in memory.</param>
    /// <param name="cancel">Gives up waiting.</param>
    public async Task<IDisposable> HeavyAsync(string caller, long bytes, CancellationToken cancel) =>
        new Heavy(await WorkAsync(caller, bytes, cancel));

    /// <summary>To make a picture or document of a result: on half of the cores at most, the heavy ones one by one and after bulk
    /// photos.</summary>
    /// <param name="caller">Who asked for it.</param>
    /// <param name="bytes">What it holds in memory.</param>
    /// <param name="heavy">Whether the photo is.</param>
    /// <param name="cancel">Gives up waiting.</param>
    /// <exception cref="Errors.RoadSegException">too-many-requests.</exception>
    public async Task<IDisposable> RenderAsync(string caller, long bytes, bool heavy, CancellationToken cancel)
    {
        if (!heavy)
            return await _renders.EnterAsync(caller, Math.Max(bytes, RenderBytes), cancel);
        var first = await _heavyRenders.EnterAsync(caller, 1, cancel);
        try
        {
            return new Both(await HeavyAsync(caller, bytes, cancel), first);
        }
        catch
        {
            first.Dispose();
            throw;
        }
    }

    /// <summary>Bytes that decoding a photo takes at most: formats that are stored in passes or blocks are decoded whole.</summary>
    public static long Decoded(ImageHeader header) =>
        (long)header.Width * header.Height * Math.Max(3, header.Bands * (header.BitsPerChannel > 8 ? 2 : 1));

    // Arrays of hundreds of megabytes: left to itself the collector lets several times as much pile up as long as the machine has memory,
    // and keeps what it frees. Little else lives then, so that moving it costs little.
    private sealed class Heavy(IDisposable slot) : IDisposable
    {
        public void Dispose()
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            slot.Dispose();
        }
    }

    private sealed class Both(IDisposable inner, IDisposable outer) : IDisposable
    {
        public void Dispose()
        {
            inner.Dispose();
            outer.Dispose();
        }
    }
}
