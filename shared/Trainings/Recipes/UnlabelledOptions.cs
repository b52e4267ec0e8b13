namespace RoadSeg.Trainings.Recipes;

/// <summary>How photos without labels are learned from (<c>--unlabelled</c>).</summary>
public sealed record UnlabelledOptions
{
    /// <summary>Share of every batch that are such photos, 0.05-0.9; at least one, and one labelled frame is left. Default 0.34.</summary>
    public double Share { get; init; } = 0.34;

    /// <summary>Weight of their loss beside that of the labelled frames, 0-10. It is lessened by the share of their pixels without any
    /// label. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Teachers' label counts where its confidence, averaged over their looks, is at least this, 0.3-1. Default 0.85.</summary>
    public double Confidence { get; init; } = 0.85;

    /// <summary>Of each class at least this share of what teachers call it counts, the most confident first, down to a confidence of a
    /// half, 0-1: rare classes are rarely called with confidence. Default 0.3.</summary>
    public double KeepAtLeast { get; init; } = 0.3;

    /// <summary>A run of a queue learns from so many of the deployment's newest photos, 0-10000. Default 0: from none.</summary>
    public int RecentPhotos { get; init; }

    /// <summary>Teachers look at every photo mirrored too. Default true.</summary>
    public bool Mirror { get; init; } = true;

    /// <summary>Photos whose mean level is below this have no labels of the first teachers, 0-255: models that learned by day are
    /// confidently wrong at night. The averaged weights label them from <see cref="AverageFromStep"/> on. Default 0.</summary>
    public double TeachersSeeFrom { get; init; }

    /// <summary>From this update on the run's own averaged weights are the teacher, and the labels of the first teachers are not used any
    /// more; 0 for never. Default 0.</summary>
    public long AverageFromStep { get; init; }

    /// <summary>The average's label counts where its confidence is at least this, 0.3-1. Default 0.9.</summary>
    public double AverageConfidence { get; init; } = 0.9;

    /// <summary>How many of a batch are photos.</summary>
    /// <param name="batchSize">Pictures of a batch, from 2.</param>
    public int PerBatch(int batchSize) => Math.Clamp((int)Math.Round(batchSize * Share), 1, batchSize - 1);

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="Errors.RoadSegException">training-invalid: names the field and what it may be.</exception>
    public void Validate()
    {
        RecipeRule.InRange(Share, 0.05, 0.9);
        RecipeRule.InRange(Weight, 0, 10);
        RecipeRule.InRange(Confidence, 0.3, 1);
        RecipeRule.InRange(KeepAtLeast, 0, 1);
        RecipeRule.InRange(RecentPhotos, 0, 10000);
        RecipeRule.InRange(TeachersSeeFrom, 0, 255);
        RecipeRule.InRange(AverageFromStep, 0, long.MaxValue);
        RecipeRule.InRange(AverageConfidence, 0.3, 1);
    }
}
