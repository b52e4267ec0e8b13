using System.Globalization;

namespace RoadSeg.Capture;

/// <summary>A part of the earth between two meridians and two parallels, as the <c>bbox</c> of GeoJSON (RFC 7946, 5). West of more degrees
/// than east means that it reaches across the antimeridian.</summary>
/// <param name="West">Longitude where it begins, degrees, -180 to 180.</param>
/// <param name="South">Latitude, -90 to 90, not above north.</param>
/// <param name="East">Longitude where it ends.</param>
/// <param name="North">Latitude.</param>
public sealed record GeoBox(double West, double South, double East, double North)
{
    /// <summary>How it is written, for who wrote it otherwise.</summary>
    public const string Form =
        "west,south,east,north in degrees, such as 5.9,45.8,10.5,47.8: longitudes from -180 to 180, latitudes from -90 to 90, south not "
        + "above north; west above east reaches across the antimeridian";

    /// <summary>Reads west,south,east,north.</summary>
    /// <returns>Null for what is no box.</returns>
    public static GeoBox? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        var numbers = new List<double>();
        foreach (var part in text.Split(','))
        {
            if (!double.TryParse(part, style, CultureInfo.InvariantCulture, out var number))
                return null;
            numbers.Add(number);
        }

        return
            numbers is [>= -180 and <= 180 and var west, >= -90 and var south, >= -180 and <= 180 and var east, <= 90 and var north]
            && south <= north
            ? new GeoBox(west, south, east, north)
            : null;
    }

    /// <summary>True for a place within it or on its edge.</summary>
    public bool Contains(CapturedPosition place)
    {
        ArgumentNullException.ThrowIfNull(place);
        return place.Latitude >= South
            && place.Latitude <= North
            && (West <= East ? place.Longitude >= West && place.Longitude <= East : place.Longitude >= West || place.Longitude <= East);
    }

    /// <summary>As <see cref="Parse"/> reads it: without an exponent, however near to zero.</summary>
    public override string ToString() =>
        string.Join(
            ',',
            new[] { West, South, East, North }.Select(static degrees => degrees.ToString("0.###############", CultureInfo.InvariantCulture))
        );
}
