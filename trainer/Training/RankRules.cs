using System.IO.Hashing;
using System.Reflection;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainer.Weights;
using TorchSharp;

namespace RoadSeg.Trainer.Training;

/// <summary>What must hold before several ranks train one model.</summary>
internal static class RankRules
{
    private const string Settings = "settings";

    /// <summary>Whether a recipe's batch can be dealt out.</summary>
    /// <exception cref="TrainerException">Says what to set.</exception>
    public static void Divides(Recipe recipe, int ranks)
    {
        if (ranks == 1)
            return;
        var size = recipe.Training.BatchSize;
        Check.That(
            size % ranks == 0,
            $"A batch of {size} cannot be dealt out to {ranks} ranks alike: set a multiple (--set training.batchSize="
                + $"{ranks * Math.Max(1, (size + ranks - 1) / ranks)}), or start another number of them."
        );
        Check.That(
            size > ranks || recipe.Training.SyncBatchNorm,
            $"With a batch of {size} each of {ranks} ranks has one sample, too few for batch norm of its own: add --set "
                + "training.syncBatchNorm=true, or a larger training.batchSize."
        );
    }

    /// <summary>Compares what every rank was started with, before they first do something together.</summary>
    /// <exception cref="TrainerException">This rank has something else than the first; says what.</exception>
    public static void AgreeAtStart(Ranks ranks, Recipe recipe, UnlabelledSources? photos) =>
        ranks.MustAgree(
            new Dictionary<string, string>
            {
                ["program"] = $"{Assembly.GetExecutingAssembly().ManifestModule.ModuleVersionId} on libtorch {torch.__version__}",
                [Settings] = recipe.ToJson(),
                ["photos without labels (--unlabelled)"] = photos is null ? "none" : "some",
            },
            (name, first, here) => name == Settings ? string.Join(", ", Checkpoint.Changed(first, here)) : null
        );

    /// <summary>Compares what every rank is about to train with.</summary>
    /// <exception cref="TrainerException">This rank has something else than the first; says what.</exception>
    public static void Agree(Ranks ranks, Recipe recipe, SegmentationSet train, PhotoStream? photos, LoopState state, DeepLabV3Plus model)
    {
        if (!ranks.AreSeveral)
            return;
        var facts = new Dictionary<string, string>
        {
            ["training data"] = train.Fingerprint(),
            ["photos without labels, or their teachers' labels"] = photos?.Fingerprint ?? "none",
            ["checkpoint"] = $"update {state.Step}",
            ["weights at the start (--init, --out)"] = Fingerprint(model),
        };
        ranks.MustAgree(facts, static (_, _, _) => null);
    }

    private static string Fingerprint(DeepLabV3Plus model)
    {
        var hash = new XxHash128();
        foreach (var tensor in ModelWeights.Store(model).Values)
            hash.Append(tensor.Data);
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }
}
