using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Labels;
using RoadSeg.Models;

namespace RoadSeg.Trainer.Teaching;

/// <summary>A model that labels photos for another: any package, run by the engine that serves it.</summary>
internal sealed class Teacher : IDisposable
{
    private readonly ModelPackage _package;
    private readonly int[] _ids;
    private SegmentationEngine? _engine;

    private Teacher(ModelPackage package, int[] ids) => (_package, _ids) = (package, ids);

    /// <summary>Name and version of the package.</summary>
    public string Version => $"{_package.Manifest.Name} {_package.Manifest.Version}";

    /// <summary>Checks that the package can teach these classes; its graph is loaded when it first votes.</summary>
    public static Teacher Open(string folder, ClassNames names, LabelCatalogue labels)
    {
        try
        {
            var package = ModelPackage.Load(folder);
            Check.That(
                package.Manifest.Output.Kind is not OutputKind.ClassIds,
                $"The teacher {folder} gives classes without confidence: there is no telling what it is sure of. Take another."
            );
            return new Teacher(package, names.Ids(package.Manifest.Name, package.Manifest.Labels, labels));
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"The teacher {folder} cannot be used: {e.Message}", e);
        }
    }

    /// <summary>What it sees, at the photo's own size, added to the votes of a photo.</summary>
    public void Vote(RgbImage photo, TeacherVotes votes, bool mirrored)
    {
        try
        {
            _engine ??= SegmentationEngine.Load(_package);
            var seen = _engine.SegmentPhoto(photo);
            votes.Add(seen.ClassIds, seen.Confidence!, _ids, mirrored);
        }
        catch (RoadSegException e)
        {
            throw new TrainerException($"The teacher {_package.Folder} cannot be used: {e.Message}", e);
        }
    }

    public void Dispose() => _engine?.Dispose();
}
