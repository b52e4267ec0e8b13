using System.Runtime.InteropServices;

namespace RoadSeg.Trainer.Mpi;

/// <summary>This process's place in a run of several: the communicator, and with it MPI as a whole. Disposing leaves the run, which every
/// rank must.</summary>
internal sealed class MpiWorld : SafeHandle
{
    public MpiWorld(OpenMpi library)
        : base(0, ownsHandle: true)
    {
        Library = library;
        SetHandle(library.Join());
    }

    public OpenMpi Library { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>The communicator.</summary>
    public nint Handle => handle;

    protected override bool ReleaseHandle()
    {
        Library.Leave(handle);
        return true;
    }
}
