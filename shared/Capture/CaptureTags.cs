using MetadataExtractor.Formats.Exif;
using MetadataExtractor.Formats.Tiff;
using MetadataExtractor.IO;

namespace RoadSeg.Capture;

/// <summary>Takes the few tags that matter out of an Exif block, and keeps the work on it bounded: three directories, each once; of their
/// tags none that is long; no maker notes, no pictures within the picture.</summary>
internal sealed class CaptureTags : DirectoryTiffHandler, ITiffHandler
{
    private const int Tiff = 42;
    private const int MostTagBytes = 1024;

    // A large TIFF lists a million strips and more, of which each is asked for whether it is a directory: milliseconds.
    private const int MostSteps = 4_000_000;

    private static readonly HashSet<int> Wanted =
    [
        ExifDirectoryBase.TagMake,
        ExifDirectoryBase.TagModel,
        ExifDirectoryBase.TagDateTimeOriginal,
        CaptureFacts.OffsetTimeOriginal,
        ExifDirectoryBase.TagSubsecondTimeOriginal,
    ];

    // A directory may hold tens of thousands of others, all about the same bytes.
    private static readonly HashSet<int> WantedOfGps =
    [
        GpsDirectory.TagLatitudeRef,
        GpsDirectory.TagLatitude,
        GpsDirectory.TagLongitudeRef,
        GpsDirectory.TagLongitude,
        GpsDirectory.TagAltitudeRef,
        GpsDirectory.TagAltitude,
        GpsDirectory.TagStatus,
        GpsDirectory.TagImgDirectionRef,
        GpsDirectory.TagImgDirection,
        GpsDirectory.TagMapDatum,
    ];

    private readonly bool _location;
    private bool _exif;
    private bool _gps;
    private int _steps;

    public CaptureTags(bool location)
        : base([])
    {
        _location = location;
        PushDirectory(new ExifIfd0Directory());
    }

    /// <summary>What was read.</summary>
    public new IReadOnlyList<MetadataExtractor.Directory> Directories => base.Directories;

    public override void SetTiffMarker(int marker)
    {
        if (marker != Tiff)
            throw new TiffProcessingException($"{marker} is no mark of a TIFF.");
    }

    public override bool TryEnterSubIfd(int tagType)
    {
        Step();
        if (CurrentDirectory is not ExifIfd0Directory)
            return false;
        if (tagType == ExifIfd0Directory.TagExifSubIfdOffset && !_exif)
        {
            _exif = true;
            PushDirectory(new ExifSubIfdDirectory());
            return true;
        }

        if (tagType == ExifIfd0Directory.TagGpsInfoOffset && !_gps && _location)
        {
            _gps = true;
            PushDirectory(new GpsDirectory());
            return true;
        }

        return false;
    }

    public override bool HasFollowerIfd() => false;

    public override bool CustomProcessTag(
        int tagOffset,
        ICollection<int> processedIfdOffsets,
        IndexedReader reader,
        int tagId,
        int byteCount
    )
    {
        // True: it was dealt with, by being left alone.
        Step();
        return byteCount is <= 0 or > MostTagBytes || !(CurrentDirectory is GpsDirectory ? WantedOfGps : Wanted).Contains(tagId);
    }

    public override bool TryCustomProcessFormat(int tagId, TiffDataFormatCode formatCode, uint componentCount, out long byteCount)
    {
        byteCount = 0;
        return false;
    }

    // What it complains of is not kept.
    void ITiffHandler.Warn(string message) => Step();

    void ITiffHandler.Error(string message) => Step();

    private void Step()
    {
        if (++_steps > MostSteps)
            throw new TiffProcessingException("The block holds more than it can.");
    }
}
