using RoadSeg.Imaging;
using RoadSeg.Models;
using RoadSeg.Trainer.Publishing;
using RoadSeg.Trainer.Teaching;

namespace RoadSeg.Trainer.Work;

/// <summary>The newest photos of a deployment as what a run learns from without labels: they lie in the run's folder until it ends, and
/// never in storage a second time.</summary>
internal static class DeploymentPhotos
{
    /// <param name="photos">The photos.</param>
    /// <param name="teacher">The version that labels them; null where the averaged weights do.</param>
    /// <param name="folder">Of the run.</param>
    /// <param name="cancel">Stops between photos.</param>
    /// <returns>What to learn from; null where there is no photo.</returns>
    public static async Task<UnlabelledSources?> FetchAsync(
        IAsyncEnumerable<RecentPhoto> photos,
        ModelPackage? teacher,
        string folder,
        CancellationToken cancel
    )
    {
        var target = Directory.CreateDirectory(Path.Combine(folder, "photos")).FullName;
        var any = false;
        await foreach (var photo in photos.WithCancellation(cancel))
        {
            var format = ImageProbe.Read(photo.File, ImageLimits.Default).Format.ToString().ToLowerInvariant();
            await File.WriteAllBytesAsync(Path.Combine(target, $"{photo.Job}.{format}"), photo.File, cancel);
            any = true;
        }

        return any ? new UnlabelledSources([target], teacher is null ? [] : [teacher.Folder], null) : null;
    }
}
