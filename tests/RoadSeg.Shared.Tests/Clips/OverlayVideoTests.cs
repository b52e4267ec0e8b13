using RoadSeg.Clips;
using RoadSeg.Imaging;
using RoadSeg.Labels;

namespace RoadSeg.Tests.Clips;

public sealed class OverlayVideoTests
{
    private static readonly LabelCatalogue Labels = new([new LabelClass(0, "road", new RgbColor(200, 0, 0)), new LabelClass(1, "sky", new RgbColor(0, 0, 200))], 255);

    static OverlayVideoTests() => VipsLibrary.Initialize();

    [Fact]
    public async Task Pictures_are_shown_at_their_times_in_a_file_that_browsers_play_as_it_comes()
    {
        using var folder = new TempFolder();
        var (file, cancel) = (folder["overlay.mp4"], TestContext.Current.CancellationToken);
        var pictures = new[] { 0, 1, 255 }.Select(id => OverlayVideo.Picture(Grey(65, 47), new IndexedImage(65, 47, Ids(65 * 47, id), Labels.Colors()))).ToList();
        double[] times = [0, 0.7, 3];
        await using (var video = await OverlayVideo.BeginAsync(file, 64, 48, Ffmpeg.Tools, new ClipOptions(), TimeProvider.System, cancel))
        {
            foreach (var (at, picture) in times.Zip(pictures))
                await video.AddAsync(TimeSpan.FromSeconds(at), picture, cancel);
            await Assert.ThrowsAsync<ArgumentException>(() => video.AddAsync(TimeSpan.FromSeconds(3), pictures[0], cancel));
            await video.EndAsync(TimeSpan.FromSeconds(2), cancel);
        }

        var bytes = await File.ReadAllBytesAsync(file, cancel);
        Assert.InRange(bytes.AsSpan().IndexOf("moov"u8), 1, bytes.AsSpan().IndexOf("mdat"u8));

        // ISO/IEC 14496-15, 5.3.3.1: version, profile (high), compatibility, level.
        var decoder = bytes.AsSpan(bytes.AsSpan().IndexOf("avcC"u8) + 4, 4);
        Assert.Equal((1, 100, 40), (decoder[0], decoder[1], decoder[3]));
        var facts = await Videos.ProbeAsync(file);
        Assert.Equal(("h264", 64, 48), (facts.Codec, facts.Width, facts.Height));
        Assert.Equal(5, facts.DurationSeconds!.Value, 0.0011);
        var (frames, _, _) = await Videos.FramesAsync(file, new ClipOptions { Every = TimeSpan.FromSeconds(0.1) });
        Assert.Equal([.. times, 5], frames.Select(frame => frame.At.TotalSeconds));
        Assert.All(frames.Zip(pictures), pair => Assert.All(pair.First.Image.Pixels.Zip(pair.Second.Pixels), pixel => Assert.InRange(pixel.First - pixel.Second, -6, 6)));
        Assert.Equal(["overlay.mp4"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Of_one_that_is_left_nothing_stays()
    {
        using var folder = new TempFolder();
        await using (var video = await OverlayVideo.BeginAsync(folder["overlay.mp4"], 64, 48, Ffmpeg.Tools, new ClipOptions(), TimeProvider.System, TestContext.Current.CancellationToken))
            await video.AddAsync(TimeSpan.Zero, Grey(64, 48), TestContext.Current.CancellationToken);

        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    [Theory]
    [InlineData(1920, 1080, 1280, 720)]
    [InlineData(1080, 1920, 720, 1280)]
    [InlineData(751, 563, 752, 564)]
    [InlineData(1, 30_000, 2, 1280)]
    public void A_video_has_even_sides_of_at_most_1280(int width, int height, int wide, int high) => Assert.Equal((wide, high), OverlayVideo.Size(width, height));

    private static byte[] Ids(int count, int id) => [.. Enumerable.Repeat((byte)id, count)];

    private static RgbImage Grey(int width, int height) => new(width, height, Ids(3 * width * height, 90));
}
