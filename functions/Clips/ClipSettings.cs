using RoadSeg.Clips;
using RoadSeg.Functions.Work;
using RoadSeg.Imaging;

namespace RoadSeg.Functions.Clips;

/// <summary>What videos may be here, and what they are read with, from app settings.</summary>
internal sealed record ClipSettings
{
    // The host ends a function after ten minutes.
    private static readonly TimeSpan ToolTime = TimeSpan.FromMinutes(6);

    /// <summary>ROADSEG_CLIP_MAX_BYTES: size of a video in bytes; it lies on the local disk while its frames are taken. Default 1 GiB,
    /// 1 MiB to 64 GiB.</summary>
    public long MaxBytes { get; init; } = 1L << 30;

    /// <summary>ROADSEG_FFMPEG: folder of ffmpeg and ffprobe; null: where commands are.</summary>
    public string? Ffmpeg { get; init; }

    public static ClipSettings Read(IConfiguration settings)
    {
        var standard = new ClipSettings();
        return new ClipSettings
        {
            MaxBytes = settings.Whole("ROADSEG_CLIP_MAX_BYTES", standard.MaxBytes, 1L << 20, 64L << 30),
            Ffmpeg = settings[FfmpegTools.Setting],
        };
    }

    /// <summary>What a video may be and cost. Its frames are photos, and no larger than photos may be.</summary>
    public ClipOptions Limits(ImageLimits photos) =>
        new()
        {
            MaxBytes = MaxBytes,
            MaxPixels = Math.Min(new ClipOptions().MaxPixels, photos.MaxPixels),
            TimeLimit = ToolTime,
        };
}
