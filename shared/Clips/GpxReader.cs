using System.Globalization;
using System.Xml;
using RoadSeg.Errors;

namespace RoadSeg.Clips;

/// <summary>Reads the track points of a GPX file, 1.0 or 1.1, one after the other: memory does not grow with anything else in it. No
/// document type, no entity and no second file is looked at.</summary>
internal sealed class GpxReader : IDisposable
{
    private const long MostLetters = 64L << 20;
    private const int MostPoints = 1_000_000;
    private const int MostSegments = 10_000;
    private const double HighestAltitude = 100_000;

    private readonly XmlReader _xml;

    public GpxReader(Stream file) =>
        _xml = XmlReader.Create(
            file,
            new XmlReaderSettings
            {
                Async = true,
                DtdProcessing = DtdProcessing.Prohibit,
                XmlResolver = null,
                IgnoreComments = true,
                IgnoreProcessingInstructions = true,
                IgnoreWhitespace = true,
                MaxCharactersInDocument = MostLetters,
            }
        );

    /// <summary>The segments' points that have a time and a place, as the file has them.</summary>
    /// <exception cref="RoadSegException"><c>gpx-unreadable</c>.</exception>
    public async Task<IReadOnlyList<List<GpxPoint>>> ReadAsync(CancellationToken cancel)
    {
        try
        {
            await _xml.MoveToContentAsync();
            if (_xml is not { NodeType: XmlNodeType.Element, LocalName: "gpx" })
                throw Unreadable($"Its root is '{_xml.LocalName}' and not 'gpx'. Send a track as GPX 1.0 or 1.1.");
            return await SegmentsAsync(cancel);
        }
        catch (XmlException e)
        {
            throw Unreadable(
                "It is no well-formed XML, holds a document type, or is larger than a track can be. Export it again as GPX.",
                e
            );
        }
    }

    public void Dispose() => _xml.Dispose();

    private async Task<List<List<GpxPoint>>> SegmentsAsync(CancellationToken cancel)
    {
        var (segments, points) = (new List<List<GpxPoint>>(), 0);
        while (await _xml.ReadAsync())
        {
            cancel.ThrowIfCancellationRequested();
            if (_xml.NodeType != XmlNodeType.Element)
                continue;
            if (_xml.LocalName == "trkseg")
                segments.Add([]);
            if (_xml.LocalName == "trkpt")
                points++;
            if (points > MostPoints || segments.Count > MostSegments)
                throw Unreadable(
                    $"It has more than {MostPoints:N0} points or {MostSegments:N0} segments. Cut it to the time of the video."
                );
            if (_xml.LocalName == "trkpt" && segments.Count > 0 && await PointAsync() is { } point)
                segments[^1].Add(point);
        }

        return segments;
    }

    // At its start; afterwards at its end. What is no number is as if it were not there.
    private async Task<GpxPoint?> PointAsync()
    {
        var (latitude, longitude) = (Number(_xml.GetAttribute("lat")), Number(_xml.GetAttribute("lon")));
        (DateTimeOffset? Time, double? Altitude) point = default;
        var (name, depth) = ("", _xml.Depth);
        while (!_xml.IsEmptyElement || _xml.Depth > depth)
        {
            if (!await _xml.ReadAsync() || (_xml.NodeType == XmlNodeType.EndElement && _xml.Depth == depth))
                break;
            if (_xml.NodeType == XmlNodeType.Element)
                name = _xml.Depth == depth + 1 && !_xml.IsEmptyElement ? _xml.LocalName : "";
            else if (_xml.NodeType is XmlNodeType.Text or XmlNodeType.CDATA && _xml.Depth == depth + 2)
                point = name switch
                {
                    "time" => (Time(_xml.Value), point.Altitude),
                    "ele" => (point.Time, Number(_xml.Value) is var metres and >= -HighestAltitude and <= HighestAltitude ? metres : null),
                    _ => point,
                };
        }

        return point.Time is { } time && latitude is >= -90 and <= 90 && longitude is >= -180 and <= 180
            ? new GpxPoint(time, latitude.Value, longitude.Value, point.Altitude)
            : null;
    }

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    // GPX says that times are in UTC: so is one without a zone.
    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static RoadSegException Unreadable(string why, Exception? inner = null) =>
        new(ErrorCodes.GpxUnreadable, $"The track cannot be read. {why}", inner);
}
