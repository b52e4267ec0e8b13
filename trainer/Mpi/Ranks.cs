using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using RoadSeg.Errors;

namespace RoadSeg.Trainer.Mpi;

/// <summary>The processes that train one model together, or one that trains alone. Every call but those of <see cref="Launcher"/> is made
/// by all ranks in the same order.</summary>
internal sealed unsafe class Ranks : IDisposable
{
    // A waiting rank looks again at once, then lets others run in between, then sleeps: MPI has nothing else to wait on, and messages move
    // only while it looks.
    private static readonly TimeSpan LooksFor = TimeSpan.FromMilliseconds(0.2);
    private static readonly TimeSpan YieldsFor = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstSpeaks = TimeSpan.FromSeconds(5);
    private const int FaultCode = 2;

    private readonly MpiWorld? _world;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    private Ranks(MpiWorld? world, TimeSpan patience, TimeProvider time)
    {
        (_world, _patience, _time) = (world, patience, time);
        (Number, Count) = world is null ? (0, 1) : (world.Library.NumberIn(world.Handle), world.Library.RanksIn(world.Handle));
    }

    /// <summary>One process, without MPI.</summary>
    public static Ranks Alone { get; } = new(null, Timeout.InfiniteTimeSpan, TimeProvider.System);

    /// <summary>This one's number, from 0.</summary>
    public int Number { get; }

    public int Count { get; }

    /// <summary>Whether this is the one that writes and speaks.</summary>
    public bool IsFirst => Number == 0;

    public bool AreSeveral => Count > 1;

    /// <summary>Whether sums of tensors are made on the device where they lie.</summary>
    public bool TakeCuda => _world?.Library.TakesCuda ?? false;

    /// <summary>Joins the run that a launcher started; alone without one, and then no library is touched.</summary>
    /// <param name="patience">How long the others may keep this rank waiting.</param>
    /// <exception cref="TrainerException">There is a launcher and no Open MPI.</exception>
    public static Ranks Join(TimeSpan patience, TimeProvider time) =>
        Launcher.Current.Count > 1 ? Spoken(() => Checked(new Ranks(new MpiWorld(OpenMpi.Load()), patience, time))) : Alone;

    // Where the library does not find its launcher, each process is a first of its own: all would write to one folder.
    private static Ranks Checked(Ranks ranks)
    {
        Check.That(
            ranks.Count == Launcher.Current.Count,
            $"The launcher has started {Launcher.Current.Count} processes, but Open MPI knows of {ranks.Count}: start them with "
                + "the mpirun of the same Open MPI, or srun --mpi=pmix."
        );
        return ranks;
    }

    /// <summary>Replaces numbers by their sums over all ranks.</summary>
    public void Sum(Span<double> numbers)
    {
        if (_world is null)
            return;
        fixed (double* at = numbers)
            Wait(_world.Library.StartSum((nint)at, numbers.Length, _world.Library.Double, _world.Handle));
    }

    /// <summary>The sum over all ranks.</summary>
    public double Sum(double number)
    {
        Sum(MemoryMarshal.CreateSpan(ref number, 1));
        return number;
    }

    public bool Any(bool mine) => _world is null ? mine : Sum(mine ? 1.0 : 0) > 0;

    /// <summary>Begins to replace floats by their sums over all ranks.</summary>
    /// <param name="at">Address in host memory; stays where it is until <see cref="Wait"/>.</param>
    /// <returns>What <see cref="Wait"/> takes.</returns>
    public nint StartSum(nint at, int count) => _world!.Library.StartSum(at, count, _world.Library.Float, _world.Handle);

    /// <summary>Replaces floats on a device by their sums over all ranks, where they <see cref="TakeCuda"/>. No patience: the library
    /// itself waits.</summary>
    public void SumOnDevice(nint at, int count) => _world!.Library.Sum(at, count, _world.Library.Float, _world.Handle);

    /// <summary>Waits until a request is done.</summary>
    /// <exception cref="TrainerException">It took longer than the patience.</exception>
    public void Wait(nint request)
    {
        var library = _world!.Library;
        var began = _time.GetTimestamp();
        while (!library.IsDone(ref request))
        {
            var waited = _time.GetElapsedTime(began);
            if (waited > _patience)
                throw new TrainerException(
                    FormattableString.Invariant(
                        $"No word from the other ranks for {_patience.TotalSeconds:0} s: one of them hangs or is gone. "
                    ) + "The last checkpoint is whole: start the run again with the same command."
                );
            if (waited > YieldsFor)
                Thread.Sleep(Nap);
            else if (waited > LooksFor)
                Thread.Yield();
        }
    }

    /// <summary>Rank 0 does something that may take any time, such as an evaluation; the others wait and learn the result.</summary>
    /// <param name="work">Done on the thread of the caller.</param>
    /// <returns>The result, through JSON on all ranks but the first.</returns>
    public T First<T>(Func<T> work)
    {
        if (_world is null)
            return work();
        if (!IsFirst)
        {
            while (FromFirst([0])[0] != 0) { }
            return JsonSerializer.Deserialize<T>(FromFirst([]), JsonSerializerOptions.Web)!;
        }

        // Signs of life while it works: without them the others would have to wait for ever, or give up on a long evaluation.
        using var done = new ManualResetEventSlim();
        var alive = Task.Run(() =>
        {
            while (!done.Wait(Beat))
                FromFirst([1]);
        });
        T result;
        try
        {
            result = work();
        }
        finally
        {
            done.Set();
            alive.GetAwaiter().GetResult();
        }

        FromFirst([0]);
        FromFirst(JsonSerializer.SerializeToUtf8Bytes(result, JsonSerializerOptions.Web));
        return result;
    }

    /// <summary>The same without a result.</summary>
    public void First(Action work) =>
        First(() =>
        {
            work();
            return true;
        });

    /// <summary>Refuses to go on where this rank is not as the first.</summary>
    /// <param name="facts">What must be alike, by name.</param>
    /// <param name="differences">Says how two texts of a name differ; null for nothing to say.</param>
    public void MustAgree(IReadOnlyDictionary<string, string> facts, Func<string, string, string, string?> differences)
    {
        if (_world is null)
            return;
        var first = JsonSerializer.Deserialize<Dictionary<string, string>>(FromFirst(JsonSerializer.SerializeToUtf8Bytes(facts)))!;
        var different = facts.Where(fact => first.GetValueOrDefault(fact.Key) != fact.Value).ToList();
        Check.That(
            different.Count == 0,
            "This rank has not what rank 0 has: "
                + string.Join(
                    "; ",
                    different.Select(fact => differences(fact.Key, first.GetValueOrDefault(fact.Key, ""), fact.Value) ?? fact.Key)
                )
                + ". Start every rank with the same command, program and files."
        );
        Any(false);
    }

    /// <summary>Does what the ranks are there for. A fault of one is said, and ends all with a code that is not 0.</summary>
    public void Lead(Action work)
    {
        if (_world is null)
        {
            work();
            return;
        }

        try
        {
            Spoken(() =>
            {
                work();
                return true;
            });
        }
        catch (Exception e)
        {
            var why = e switch
            {
                OperationCanceledException => "It was asked to end before its first update.",
                TrainerException or RoadSegException or IOException => e.Message,
                _ => $"{e}",
            };
            Console.Error.WriteLine($"Rank {Number}: {why}");
            _world.Library.Abort(FaultCode);
        }
    }

    public void Dispose() => _world?.Dispose();

    // What is wrong with one is mostly wrong with all. The first says it and ends the others before they say it too.
    private static T Spoken<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception) when (Launcher.Current.Number > 0)
        {
            Thread.Sleep(FirstSpeaks);
            throw;
        }
    }

    private byte[] FromFirst(byte[] bytes)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        Broadcast(length);
        if (!IsFirst)
            bytes = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        Broadcast(bytes);
        return bytes;
    }

    private void Broadcast(Span<byte> bytes)
    {
        fixed (byte* at = bytes)
            Wait(_world!.Library.StartBroadcast((nint)at, bytes.Length, _world.Handle));
    }
}
