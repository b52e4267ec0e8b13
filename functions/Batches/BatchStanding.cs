namespace RoadSeg.Functions.Batches;

/// <summary>Where an item of a batch stands.</summary>
internal enum BatchStanding
{
    /// <summary>It has no job of this round yet.</summary>
    Waiting,

    /// <summary>Its job has not ended.</summary>
    UnderWay,

    /// <summary>Its mask is there.</summary>
    Succeeded,

    /// <summary>It failed, or expired.</summary>
    Failed,

    /// <summary>It was canceled.</summary>
    Canceled,
}
