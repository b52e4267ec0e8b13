namespace RoadSeg.LocalHost;

/// <summary>Uploads into a container become messages in a queue.</summary>
/// <param name="Container">Name of the watched container.</param>
/// <param name="Queue">Queue that gets one raw JSON message per upload; created if missing.</param>
/// <param name="SubjectEndsWith">Only blobs whose name ends with this, as Event Grid's filter of the same name; empty for all.</param>
public sealed record BlobEventSubscription(string Container, string Queue, string SubjectEndsWith = "");
