using System.Runtime.InteropServices;
using System.Text;
using RoadSeg.Native;

namespace RoadSeg.Trainer.Mpi;

/// <summary>Open MPI's C API (mpi.h of Open MPI 4 and 5, whose binary interface is one), loaded only where a launcher asks for it. Its
/// handles are addresses of data that the library exports; every status passes <see cref="Succeeded"/>.</summary>
internal sealed unsafe class OpenMpi
{
    // Calls come from the loop's thread, and from others (autograd's, the heartbeat's) only while that one waits for them.
    private const int Serialized = 2;
    private const int MaxErrorString = 256;
    private const nint InPlace = 1;
    private const nint IgnoreStatus = 0;

    private static readonly string[] Names = ["libmpi.so.40", "libmpi.so"];

    private readonly nint _library;
    private readonly nint _world;
    private readonly nint _add;

    // buffer in, buffer out, count, type, operation, communicator, request
    private readonly delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int> _allReduce;

    // buffer, count, type, root, communicator, request
    private readonly delegate* unmanaged<nint, int, nint, int, nint, nint*, int> _broadcast;

    // request, whether it is done, status
    private readonly delegate* unmanaged<nint*, int*, nint, int> _test;

    private OpenMpi(nint library)
    {
        _library = library;
        (_world, _add) = (Export("ompi_mpi_comm_world"), Export("ompi_mpi_op_sum"));
        (Byte, Float, Double) = (Export("ompi_mpi_byte"), Export("ompi_mpi_float"), Export("ompi_mpi_double"));
        _allReduce = (delegate* unmanaged<nint, nint, int, nint, nint, nint, nint*, int>)Export("MPI_Iallreduce");
        _broadcast = (delegate* unmanaged<nint, int, nint, int, nint, nint*, int>)Export("MPI_Ibcast");
        _test = (delegate* unmanaged<nint*, int*, nint, int>)Export("MPI_Test");
    }

    /// <summary>MPI_BYTE.</summary>
    public nint Byte { get; }

    /// <summary>MPI_FLOAT.</summary>
    public nint Float { get; }

    /// <summary>MPI_DOUBLE.</summary>
    public nint Double { get; }

    /// <summary>Whether memory of a CUDA device may be handed to it.</summary>
    public bool TakesCuda =>
        NativeLibrary.TryGetExport(_library, "MPIX_Query_cuda_support", out var query) && ((delegate* unmanaged<int>)query)() == 1;

    /// <exception cref="TrainerException">It is not there, or another MPI is.</exception>
    public static OpenMpi Load() => Load(Names);

    internal static OpenMpi Load(IEnumerable<string> names)
    {
        string? reason = null;
        foreach (var name in names)
        {
            try
            {
                return new OpenMpi(NativeFile.Load(name));
            }
            catch (DllNotFoundException e)
            {
                reason ??= NativeFile.Reason(e);
            }
        }

        throw Unusable(reason!);
    }

    /// <summary>Joins the run: MPI_Init_thread, and a communicator of its own that reports faults instead of ending the process.</summary>
    public nint Join()
    {
        int provided;
        var initialise = (delegate* unmanaged<nint, nint, int, int*, int>)Export("MPI_Init_thread");
        Succeeded(initialise(0, 0, Serialized, &provided), "MPI_Init_thread");
        Check.That(provided >= Serialized, "This Open MPI knows no threads (MPI_THREAD_SERIALIZED): install a distribution's package.");
        nint own;
        Succeeded(((delegate* unmanaged<nint, nint*, int>)Export("MPI_Comm_dup"))(_world, &own), "MPI_Comm_dup");
        var setHandler = (delegate* unmanaged<nint, nint, int>)Export("MPI_Comm_set_errhandler");
        Succeeded(setHandler(own, Export("ompi_mpi_errors_return")), "MPI_Comm_set_errhandler");
        return own;
    }

    /// <summary>Leaves the run; every rank does.</summary>
    public void Leave(nint communicator)
    {
        Succeeded(((delegate* unmanaged<nint*, int>)Export("MPI_Comm_free"))(&communicator), "MPI_Comm_free");
        Succeeded(((delegate* unmanaged<int>)Export("MPI_Finalize"))(), "MPI_Finalize");
    }

    /// <summary>Ends every process of the run; does not come back.</summary>
    public void Abort(int code) => _ = ((delegate* unmanaged<nint, int, int>)Export("MPI_Abort"))(_world, code);

    public int RanksIn(nint communicator) => Ask("MPI_Comm_size", communicator);

    public int NumberIn(nint communicator) => Ask("MPI_Comm_rank", communicator);

    /// <summary>Begins to replace numbers by their sums over all ranks. Their memory stays where it is until the request is done.</summary>
    /// <returns>The request.</returns>
    public nint StartSum(nint numbers, int count, nint type, nint communicator)
    {
        nint request;
        Succeeded(_allReduce(InPlace, numbers, count, type, _add, communicator, &request), "MPI_Iallreduce");
        return request;
    }

    /// <summary>The same at once, and for as long as it takes: of memory of a device Open MPI's collectives that do not wait know
    /// nothing.</summary>
    public void Sum(nint numbers, int count, nint type, nint communicator)
    {
        var sum = (delegate* unmanaged<nint, nint, int, nint, nint, nint, int>)Export("MPI_Allreduce");
        Succeeded(sum(InPlace, numbers, count, type, _add, communicator), "MPI_Allreduce");
    }

    /// <summary>Begins to fill memory with what rank 0 has there.</summary>
    /// <returns>The request.</returns>
    public nint StartBroadcast(nint bytes, int count, nint communicator)
    {
        nint request;
        Succeeded(_broadcast(bytes, count, Byte, 0, communicator, &request), "MPI_Ibcast");
        return request;
    }

    /// <summary>Whether a request is done; it is gone then. Only in here do messages move.</summary>
    public bool IsDone(ref nint request)
    {
        int done;
        fixed (nint* at = &request)
            Succeeded(_test(at, &done, IgnoreStatus), "MPI_Test");
        return done != 0;
    }

    private int Ask(string function, nint communicator)
    {
        int number;
        Succeeded(((delegate* unmanaged<nint, int*, int>)Export(function))(communicator, &number), function);
        return number;
    }

    // The one place that every status passes.
    private void Succeeded(int status, string function)
    {
        if (status == 0)
            return;
        var text = stackalloc byte[MaxErrorString];
        int length;
        var describe = (delegate* unmanaged<int, byte*, int*, int>)Export("MPI_Error_string");
        var reason = describe(status, text, &length) == 0 ? Encoding.UTF8.GetString(text, length) : "unknown";
        throw new TrainerException(
            $"{function} failed with status {status} ({reason}): another rank is gone, or the network is. The last checkpoint is whole: "
                + "start the run again with the same command."
        );
    }

    private nint Export(string name) =>
        NativeLibrary.TryGetExport(_library, name, out var address)
            ? address
            : throw Unusable($"the libmpi that was found has no {name}, so it is another MPI");

    private static TrainerException Unusable(string why) =>
        new(
            $"This process was started as one of several by mpirun or a job scheduler, but Open MPI cannot be used: {why}. Install it on "
                + "every machine of the run (apt-get install openmpi-bin), or start the command alone."
        );
}
