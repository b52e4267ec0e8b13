using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Startup;

namespace RoadSeg.Cli.Service;

/// <summary>What <c>--detail high</c> costs, said before the photos are sent.</summary>
internal static class DetailCost
{
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
            catch (RoadSegException)
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
