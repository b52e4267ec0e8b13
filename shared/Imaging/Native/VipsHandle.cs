using System.Runtime.InteropServices;

namespace RoadSeg.Imaging.Native;

/// <summary>One reference to one native object; counted, so that a leak is a failing test.</summary>
internal abstract class VipsHandle : SafeHandle
{
    private static long live;

    protected VipsHandle(nint owned)
        : base(0, ownsHandle: true)
    {
        SetHandle(owned);
        if (owned != 0)
            Interlocked.Increment(ref live);
    }

    public static long Live => Interlocked.Read(ref live);

    public override bool IsInvalid => handle == 0;

    protected abstract void Release(nint owned);

    protected sealed override bool ReleaseHandle()
    {
        Release(handle);
        Interlocked.Decrement(ref live);
        return true;
    }
}

/// <summary>Owns one reference to a GObject: an operation, an image or a region.</summary>
internal class GObjectHandle(nint owned) : VipsHandle(owned)
{
    protected override void Release(nint owned) => Vips.Unref(owned);
}

/// <summary>Owns one reference to a VipsBlob. The bytes of a blob made by <see cref="Vips.Wrap"/> stay the caller's.</summary>
internal sealed class BlobHandle(nint owned) : VipsHandle(owned)
{
    protected override void Release(nint owned) => Vips.UnrefArea(owned);
}
