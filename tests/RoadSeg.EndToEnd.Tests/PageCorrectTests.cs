using RoadSeg.Imaging;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A result is corrected on the page.</summary>
public sealed class PageCorrectTests(StackFixture stack)
{
    [Fact(Timeout = 480_000)]
    public async Task A_result_is_corrected_and_saved_in_Chromium()
    {
        PageStory.PageIsBuilt();
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        var header = ImageProbe.Read(Photos.Street, ImageLimits.Default);
        await File.WriteAllBytesAsync(folder["large.jpg"], PhotoEncoder.Jpeg(ImageDecoder.DecodeTo(Photos.Street, header, 4000, 3000), 85), cancel);

        await PageStory.TellAsync("correct.mjs", stack.Stack, new Dictionary<string, string> { ["LARGE"] = folder["large.jpg"] }, cancel);
    }
}
