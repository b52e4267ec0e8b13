namespace RoadSeg.Functions.Webhooks;

/// <summary>What came of one attempt.</summary>
/// <param name="Status">HTTP status of the answer; null when there was none.</param>
/// <param name="Error">Why there was none, in a few words.</param>
/// <param name="RetryAfter">How long the receiver asked to be left alone.</param>
/// <param name="Took">From the call to its answer or its end; null where no call was made.</param>
internal readonly record struct WebhookOutcome(int? Status, string? Error, TimeSpan? RetryAfter = null, TimeSpan? Took = null)
{
    public bool Delivered => Status is >= 200 and < 300;

    /// <summary>The receiver says that it is gone for good.</summary>
    public bool Gone => Status == StatusCodes.Status410Gone;
}
