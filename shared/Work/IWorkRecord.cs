namespace RoadSeg.Work;

/// <summary>A record of something that is queued and worked on until it has ended.</summary>
/// <typeparam name="T">The record's own type.</typeparam>
/// <typeparam name="TState">Its states.</typeparam>
public interface IWorkRecord<T, TState>
    where T : class, IWorkRecord<T, TState>
    where TState : struct, Enum
{
    /// <summary>Where it stands.</summary>
    TState State { get; }

    /// <summary>What a failure ends in.</summary>
    static abstract TState Failed { get; }

    /// <summary>True when nothing comes after a state.</summary>
    static abstract bool HasEnded(TState state);

    /// <summary>True for a move that may be.</summary>
    static abstract bool CanMove(TState state, TState target);

    /// <summary>The record in a state, which notes when it was entered; one that has ended has no owner.</summary>
    T Enter(TState state, DateTimeOffset now);

    /// <summary>The record with its reason to have failed.</summary>
    T FailedFor(WorkFailure failure);

    /// <summary>The record with another's state and times.</summary>
    T InStateOf(T other);
}
