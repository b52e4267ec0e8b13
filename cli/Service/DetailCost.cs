using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Startup;

namespace RoadSeg.Cli.Service;

/// <summary>What <c>--detail high</c> costs, said before the photos are sent.</summary>
internal static class DetailCost
{
    /// <summary>The same of a batch, by its first photo.</summary>
    public static async Task SayAsync(RoadSegClient client, string first, int photos, UploadRequest about, CancellationToken cancel)
    {
        await SayAsync(client, [first], about, cancel);
        if (about.Detail == JobDetail.High && photos > 1)
            Screen.Note($"times {photos:N0} photos, if all are of that size");
    }

    public static async Task SayAsync(RoadSegClient client, IReadOnlyList<string> files, UploadRequest about, CancellationToken cancel)
    {
        if (about.Detail != JobDetail.High)
            return;
        VipsLibrary.Initialize(NativeLibraries.OwnVips);
        foreach (var file in files)
        {
            ImageHeader header;
            try
            {
                header = ImageProbe.Read(await File.ReadAllBytesAsync(file, cancel), ImageLimits.Default);
            }
            catch (Exception e) when (e is RoadSegException or IOException or UnauthorizedAccessException)
            {
                // What the service may read all the same, or says itself.
                continue;
            }

            var cost = await client.EstimateAsync(header.OrientedWidth, header.OrientedHeight, JobDetail.High, about.Model, cancel);
            Screen.Note(
                cost.Runs == 1
                    ? $"{file}: {cost.Width} x {cost.Height} pixels, the model runs once: as without --detail high"
                    : $"{file}: {cost.Width} x {cost.Height} pixels, {cost.Runs} runs of the model"
            );
        }
    }
}
