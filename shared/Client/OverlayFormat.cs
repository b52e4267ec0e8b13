namespace RoadSeg.Client;

/// <summary>How an overlay is compressed.</summary>
public enum OverlayFormat
{
    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>WebP, smaller.</summary>
    WebP,
}
