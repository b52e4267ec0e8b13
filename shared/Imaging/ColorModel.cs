namespace RoadSeg.Imaging;

/// <summary>How the channels of a stored image encode colour.</summary>
public enum ColorModel
{
    /// <summary>One channel of grey.</summary>
    Grey,

    /// <summary>Red, green and blue.</summary>
    Rgb,

    /// <summary>Four inks: cyan, magenta, yellow and black.</summary>
    Cmyk,
}
