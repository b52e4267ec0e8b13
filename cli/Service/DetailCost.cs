using System.Globalization;
using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Startup;

namespace RoadSeg.Cli.Service;

/// <summary>What <c>--detail high</c> costs, said before the photos are sent.</summary>
internal static class DetailCost
{
    // Of so many the first that can be read here stands for all.
    private const int Looked = 8;

    /// <summary>Says it of each photo.</summary>
    public static async Task SayAsync(RoadSegClient client, IReadOnlyList<string> files, UploadRequest about, CancellationToken cancel)
    {
        if (about.Detail != JobDetail.High)
            return;
        foreach (var file in files)
            await EstimateAsync(client, file, about, cancel);
    }

    /// <summary>Says it of many photos, as if all had the size of the first.</summary>
    public static async Task SayOfBatchAsync(
        RoadSegClient client,
        IReadOnlyList<string> files,
        UploadRequest about,
        CancellationToken cancel
    )
    {
        if (about.Detail != JobDetail.High)
            return;
        foreach (var file in files.Take(Looked))
        {
            if (await EstimateAsync(client, file, about, cancel) is not { } cost)
                continue;
            if (files.Count > 1)
                Screen.Note(
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(long)cost.Runs * files.Count:N0} runs for {files.Count:N0} photos, if all are of that size"
                    )
                );
            return;
        }
    }

    private static async Task<JobEstimate?> EstimateAsync(RoadSegClient client, string file, UploadRequest about, CancellationToken cancel)
    {
        VipsLibrary.Initialize(NativeLibraries.OwnVips);
        ImageHeader header;
        try
        {
            header = ImageProbe.Read(await File.ReadAllBytesAsync(file, cancel), ImageLimits.Default);
        }
        catch (Exception e) when (e is RoadSegException or IOException or UnauthorizedAccessException)
        {
            // What the service may read all the same, or says itself.
            return null;
        }

        var cost = await client.EstimateAsync(header.OrientedWidth, header.OrientedHeight, JobDetail.High, about.Model, cancel);
        Screen.Note(
            cost.Runs == 1
                ? $"{file}: {cost.Width} x {cost.Height} pixels, the model runs once: as without --detail high"
                : $"{file}: {cost.Width} x {cost.Height} pixels, {cost.Runs} runs of the model"
        );
        return cost;
    }
}
