using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Trainer.Teaching;

/// <summary>A model that labels photos for another: any package, run by the engine that serves it.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly SegmentationEngine _engine;
    private readonly int[] _ids;

    private Teacher(SegmentationEngine engine, int[] ids, string version) => (_engine, _ids, Version) = (engine, ids, version);

    /// <summary>Name and version of the package.</summary>
    public string Version { get; }

    public static Teacher Load(string folder, ClassNames names, LabelCatalogue labels)
    {
        try
        {
            var package = ModelPackage.Load(folder);
            Check.That(
                package.Manifest.Output.Kind is not OutputKind.ClassIds,
                $"The teacher {folder} gives classes without confidence: there is no telling what it is sure of. Take another."
            );
            var ids = names.Ids(package.Manifest.Name, package.Manifest.Labels, labels);
            return new Teacher(SegmentationEngine.Load(package), ids, $"{package.Manifest.Name} {package.Manifest.Version}");
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"The teacher {folder} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>What it sees, at the photo's own size, added to the votes of a photo.</summary>
    public void Vote(RgbImage photo, TeacherVotes votes, bool mirrored)
    {
        var seen = _engine.Segment(ImageDecoder.ResizeForModel(photo, _engine.Model.Preprocess), photo.Width, photo.Height);
        votes.Add(seen.ClassIds, seen.Confidence!, _ids, mirrored);
    }

    public void Dispose() => _engine.Dispose();
}
