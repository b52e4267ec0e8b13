namespace RoadSeg.Functions.Jobs;

/// <summary>What is known of a lane without walking it.</summary>
/// <param name="Depth">Messages in it, those being worked on included.</param>
/// <param name="HeadTicket">Ticket of the oldest message that waits; null when none does.</param>
/// <param name="HeadInsertedAt">When that one was sent; null when none waits.</param>
/// <param name="PerSecond">Tickets the head went on in a second, lately; null while unknown.</param>
internal sealed record QueueReading(long Depth, long? HeadTicket, DateTimeOffset? HeadInsertedAt, double? PerSecond);
