namespace RoadSeg.Errors;

/// <summary>Whose move it is after a failure: the caller's (send something else) or the service's.</summary>
public enum Fault
{
    /// <summary>The request or the image is at fault; the same input fails again.</summary>
    Caller,

    /// <summary>The service is at fault.</summary>
    Service,
}
