namespace RoadSeg.Work;

/// <summary>Which message may work on a record. The message's own lock is the lease: while it is worked on nobody else sees it, so that a
/// redelivery proves that the delivery before it has ended, and another message about the same record is a duplicate.</summary>
public static class Lease
{
    /// <summary>True for the message that has the record, and for every message while none has it.</summary>
    public static bool MayTake(WorkOwner? owner, string messageId) => owner is null || owner.MessageId == messageId;

    /// <summary>True while the message has the record.</summary>
    public static bool IsHeldBy(WorkOwner? owner, string messageId) => owner?.MessageId == messageId;

    /// <summary>True once the owner gave no sign of life for longer than a message can be worked on: its message is lost.</summary>
    public static bool IsOver(WorkOwner owner, TimeSpan longest, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(owner);
        return now - owner.Since >= longest;
    }

    /// <summary>False for a message that was sent before the record's latest repair: the repair sent a newer one, which goes on.</summary>
    public static bool IsNewest(DateTimeOffset? repairedAt, DateTimeOffset? sentAt) => repairedAt is not { } repaired || sentAt >= repaired;
}
