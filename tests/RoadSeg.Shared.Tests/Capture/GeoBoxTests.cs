using RoadSeg.Capture;

namespace RoadSeg.Tests.Capture;

/// <summary>Parts of the earth, as they are asked for.</summary>
public sealed class GeoBoxTests
{
    [Theory]
    [InlineData("5.9,45.8,10.5,47.8", 47.4, 8.5, true)]
    [InlineData("5.9,45.8,10.5,47.8", 45.8, 10.5, true)]
    [InlineData("5.9,45.8,10.5,47.8", 47.9, 8.5, false)]
    [InlineData("5.9,45.8,10.5,47.8", 47.4, 10.6, false)]
    [InlineData("177,-20,-178,-16", -17.7, 178.1, true)]
    [InlineData("177,-20,-178,-16", -17.7, -179.5, true)]
    [InlineData("177,-20,-178,-16", -17.7, 180, true)]
    [InlineData("177,-20,-178,-16", -17.7, 0, false)]
    [InlineData("177,-20,-178,-16", -21, 178.1, false)]
    [InlineData("-180,-90,180,90", 0, -180, true)]
    [InlineData("8.5,47.4,8.5,47.4", 47.4, 8.5, true)]
    // The fault: it was written with an exponent, which is no box.
    [InlineData("-0.00005,51.4,0.1,51.6", 51.5, 0.05, true)]
    public void A_place_lies_within_or_on_the_edge_also_across_the_antimeridian(string box, double latitude, double longitude, bool within)
    {
        var read = GeoBox.Parse(box)!;

        Assert.Equal(within, read.Contains(new CapturedPosition(latitude, longitude, null)));
        Assert.Equal(read, GeoBox.Parse(read.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1,2,3")]
    [InlineData("1,2,3,4,5")]
    [InlineData("1,2,0,3,4,9")]
    [InlineData("a,2,3,4")]
    [InlineData("1, 2,3,4")]
    [InlineData("1;2;3;4")]
    [InlineData("NaN,2,3,4")]
    [InlineData("-Infinity,2,3,4")]
    [InlineData("-181,2,3,4")]
    [InlineData("1,2,181,4")]
    [InlineData("1,-91,3,4")]
    [InlineData("1,2,3,91")]
    [InlineData("1,5,3,4")]
    [InlineData("1e1,2,3,4")]
    public void What_is_no_box_is_none(string text) => Assert.Null(GeoBox.Parse(text));
}
