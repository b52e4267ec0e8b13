namespace RoadSeg.Capture;

/// <summary>A camera, as it names itself: at most 64 characters each, none of them a control character.</summary>
/// <param name="Make">Who made it.</param>
/// <param name="Model">Which it is.</param>
public sealed record CapturedCamera(string? Make, string? Model);
