using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Clips;

/// <summary>Writes the overlays of a clip's frames as a video that browsers play: H.264 in MP4, each picture shown until the next one's
/// time, as in the video that they are of. It is written beside the file and takes its place when it is whole.</summary>
public sealed class OverlayVideo : IAsyncDisposable
{
    /// <summary>Width and height of the video in pixels, at most.</summary>
    public const int LongestSide = 1280;

    // At 1280 x 720 and 3,000 pictures it is a few hundred MiB at worst.
    private const long MostBytes = 2L << 30;
    private const string Part = ".part";

    private readonly string _file;
    private readonly ClipTool _tool;
    private readonly FrameStream _stream;
    private readonly int _width;
    private readonly int _height;
    private RgbImage? _last;
    private TimeSpan _at;

    private OverlayVideo(string file, int width, int height, ClipTool tool)
    {
        (_file, _width, _height, _tool) = (file, width, height, tool);
        _stream = new FrameStream(tool.Input, width, height);
    }

    /// <summary>The size of the video of frames of a size: no side over <see cref="LongestSide"/>, both even, as H.264 has it.</summary>
    public static (int Width, int Height) Size(int width, int height)
    {
        var scale = Math.Min(1, (double)LongestSide / Math.Max(width, height));
        return (Even(width * scale), Even(height * scale));

        static int Even(double side) => 2 * Math.Max(1, (int)Math.Round(side / 2));
    }

    /// <summary>A picture of the video: the frame at the video's size with the colours of its classes over it.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="mask">Its classes with their colours, of its size.</param>
    /// <param name="opacity">0 (frame only) to 1 (colours only).</param>
    public static RgbImage Picture(RgbImage frame, IndexedImage mask, double opacity = 0.5)
    {
        ArgumentNullException.ThrowIfNull(frame);
        ArgumentNullException.ThrowIfNull(mask);
        var (width, height) = Size(frame.Width, frame.Height);
        return Overlay.Blend(ImageDecoder.ResizeTo(frame, width, height), mask.ResizeTo(width, height), opacity);
    }

    /// <summary>Begins a video.</summary>
    /// <param name="file">Path of the MP4.</param>
    /// <param name="width">Width of the pictures, as <see cref="Size"/> gives it.</param>
    /// <param name="height">Their height.</param>
    /// <param name="tools">The programs.</param>
    /// <param name="options">What writing it may cost.</param>
    /// <param name="time">Counts how long is waited.</param>
    /// <param name="cancel">Stops the beginning.</param>
    /// <exception cref="RoadSegException"><c>clip-tools-missing</c>: this ffmpeg has no encoder for H.264.</exception>
    public static async Task<OverlayVideo> BeginAsync(
        string file,
        int width,
        int height,
        FfmpegTools tools,
        ClipOptions options,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        ArgumentNullException.ThrowIfNull(tools);
        ArgumentNullException.ThrowIfNull(options);
        file = Path.GetFullPath(file);
        var encoder = await H264Encoder.FindAsync(tools, time, cancel);
        var tool = ClipTool.Start(
            tools,
            tools.Ffmpeg,
            Arguments(file + Part, encoder, options),
            options.Limits with
            {
                FileBytes = MostBytes,
            },
            time
        );
        var video = new OverlayVideo(file, width, height, tool);
        try
        {
            await video.WriteAsync(video._stream.Begin, cancel);
            return video;
        }
        catch
        {
            await video.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds a picture.</summary>
    /// <param name="at">When it is shown, later than the one before; the video begins with its first one.</param>
    /// <param name="picture">Its pixels, at the video's size.</param>
    /// <param name="cancel">Ends the video, of which nothing stays.</param>
    /// <exception cref="ArgumentException">A picture of another size, or one that is not later.</exception>
    /// <exception cref="RoadSegException"><c>clip-took-too-long</c>; <c>internal</c>: the encoder failed.</exception>
    public async Task AddAsync(TimeSpan at, RgbImage picture, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Width != _width || picture.Height != _height)
            throw new ArgumentException($"The picture is {picture.Width}x{picture.Height}, the video {_width}x{_height}.", nameof(picture));
        if (_last is not null && at <= _at)
            throw new ArgumentException($"A picture at {at} cannot follow one at {_at}.", nameof(at));
        (_last, _at) = (picture, at);
        await WriteAsync(() => _stream.Write(at, picture.Pixels), cancel);
    }

    /// <summary>Ends the video and puts it into its place.</summary>
    /// <param name="hold">How long the last picture stays.</param>
    /// <param name="cancel">Ends the video, of which nothing stays.</param>
    /// <exception cref="InvalidOperationException">It has no picture.</exception>
    /// <exception cref="RoadSegException">As for <see cref="AddAsync"/>.</exception>
    public async Task EndAsync(TimeSpan hold, CancellationToken cancel)
    {
        if (_last is not { } last)
            throw new InvalidOperationException("A video has a picture at least.");

        // A picture lasts until the next one: the last one comes once more.
        await WriteAsync(() => _stream.Write(_at + hold, last.Pixels), cancel);
        await WriteAsync(_tool.Input.Close, cancel);
        if (await _tool.EndAsync(cancel) is not 0 and var code)
            throw Failed(new IOException($"ffmpeg ended with {code}: {_tool.Said}"));
        File.Move(_file + Part, _file, overwrite: true);
    }

    /// <summary>Kills the encoder and deletes what it wrote, if the video has not ended.</summary>
    public async ValueTask DisposeAsync()
    {
        await _tool.DisposeAsync();
        File.Delete(_file + Part);
    }

    private async Task WriteAsync(Action write, CancellationToken cancel)
    {
        try
        {
            await _tool.InTimeAsync(
                () =>
                    Task.Run(
                        () =>
                        {
                            write();
                            return 0;
                        },
                        CancellationToken.None
                    ),
                cancel
            );
        }
        catch (IOException e)
        {
            throw Failed(new IOException(_tool.Said, e));
        }
    }

    // The level says what a player must be able to do. Of itself x264 asks for one as if there were a picture each millisecond.
    private static string[] Arguments(string file, string encoder, ClipOptions options) =>
        [
            .. (string[])["-hide_banner", "-nostdin", "-nostats", "-v", "error", "-y"],
            .. (string[])["-protocol_whitelist", "pipe", "-f", "matroska", "-i", "pipe:0"],
            .. (string[])["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p", "-fps_mode", "passthrough"],
            .. (string[])["-enc_time_base", "1:1000", "-c:v", encoder, "-threads", $"{options.Threads}"],
            .. encoder == H264Encoder.X264 ? (string[])["-preset", "veryfast", "-crf", "23", "-level:v", "4.0"] : [],
            .. (string[])
                ["-g", "10", "-bf", "0", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709", "-color_range", "tv"],
            .. (string[])["-movflags", "+faststart", "-f", "mp4", "file:" + file],
        ];

    private static RoadSegException Failed(Exception inner) =>
        new(ErrorCodes.Internal, "The video of the overlays could not be written. Try again later.", inner);
}
