using RoadSeg.Errors;

namespace RoadSeg.Trainings.Recipes;

/// <summary>Everything about how the weights are learned.</summary>
public sealed record TrainingOptions
{
    /// <summary>Passes over the training set, 1-100000. Default 100.</summary>
    public int Epochs { get; init; } = 100;

    /// <summary>Samples per forward pass, 2-256 (batch norm needs two). Default 8.</summary>
    public int BatchSize { get; init; } = 8;

    /// <summary>Forward passes whose gradients are averaged into one update, 1-64. Default 1.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>How weights follow gradients. Default adamw.</summary>
    public OptimizerKind Optimizer { get; init; } = OptimizerKind.AdamW;

    /// <summary>Peak learning rate of the head, 1e-7 to 10. Default 1e-3.</summary>
    public double LearningRate { get; init; } = 1e-3;

    /// <summary>Factor on the learning rate of the encoder, 0-1. Default 0.3.</summary>
    public double EncoderRate { get; init; } = 0.3;

    /// <summary>Decay of convolution weights per unit of learning rate (AdamW) or as L2 gradient (SGD, Adam), 0-1; none on batch norm and
    /// biases. Default 0.01.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>SGD only, 0-0.999. Default 0.9.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>How the learning rate runs. Default poly.</summary>
    public ScheduleKind Schedule { get; init; } = ScheduleKind.Poly;

    /// <summary>Exponent of the poly schedule, 0.1-5. Default 0.9.</summary>
    public double PolyPower { get; init; } = 0.9;

    /// <summary>Updates of linear warm-up from a hundredth of the rate, 0-100000. Default 50.</summary>
    public int WarmupSteps { get; init; } = 50;

    /// <summary>Largest gradient norm, 0-1000; 0 for no clipping. Default 5.</summary>
    public double GradientClip { get; init; } = 5;

    /// <summary>How classes weigh in the loss. Default none.</summary>
    public ClassWeighting ClassWeights { get; init; } = ClassWeighting.None;

    /// <summary>Exponent that softens class weights, 0-1. Default 1.</summary>
    public double ClassWeightPower { get; init; } = 1;

    /// <summary>Largest class weight after scaling their median to 1, 1-100. Default 10.</summary>
    public double ClassWeightCap { get; init; } = 10;

    /// <summary>Share of the target's probability spread over all classes, 0-0.5. Default 0.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Online hard example mining: share of the labelled pixels, those with the largest losses, that count; 0.01-1. Default 1
    /// (all).</summary>
    public double OhemShare { get; init; } = 1;

    /// <summary>Weight of the soft Dice loss beside cross-entropy, 0-10. Default 0.</summary>
    public double DiceWeight { get; init; }

    /// <summary>Weight of the auxiliary head's loss, 0-1. Default 0.4.</summary>
    public double AuxiliaryWeight { get; init; } = 0.4;

    /// <summary>Decay per update of the averaged weights that are evaluated and published, 0-0.99999; 0 for none. Default 0.999.</summary>
    public double EmaDecay { get; init; } = 0.999;

    /// <summary>Leading encoder stages that are not trained, 0-32. Default 0.</summary>
    public int FreezeStages { get; init; }

    /// <summary>Epochs between evaluations, 1-1000. Default 5.</summary>
    public int EvaluateEvery { get; init; } = 5;

    /// <summary>Evaluations without a better mIoU after which training stops, 0-1000; 0 for never. Default 0.</summary>
    public int Patience { get; init; }

    /// <summary>Updates between saved checkpoints, 1-100000; one is also saved at every evaluation. Default 100.</summary>
    public int CheckpointEvery { get; init; } = 100;

    /// <summary>The network computes in bfloat16 (its weights, the loss and the optimiser stay in float32): for GPUs, and for CPUs with
    /// bfloat16 instructions. Default false.</summary>
    public bool Autocast { get; init; }

    /// <summary>Batch norm over the whole batch where several processes share it (mpirun), instead of over each one's part. Default
    /// false.</summary>
    public bool SyncBatchNorm { get; init; }

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="RoadSegException">training-invalid: names the field and what it may be.</exception>
    public void Validate()
    {
        RecipeRule.InRange(Epochs, 1, 100000);
        RecipeRule.InRange(BatchSize, 2, 256);
        RecipeRule.InRange(Accumulate, 1, 64);
        RecipeRule.InRange(LearningRate, 1e-7, 10);
        RecipeRule.InRange(EncoderRate, 0, 1);
        RecipeRule.InRange(WeightDecay, 0, 1);
        RecipeRule.InRange(Momentum, 0, 0.999);
        RecipeRule.InRange(PolyPower, 0.1, 5);
        RecipeRule.InRange(WarmupSteps, 0, 100000);
        RecipeRule.InRange(GradientClip, 0, 1000);
        RecipeRule.InRange(ClassWeightPower, 0, 1);
        RecipeRule.InRange(ClassWeightCap, 1, 100);
        RecipeRule.InRange(LabelSmoothing, 0, 0.5);
        RecipeRule.InRange(OhemShare, 0.01, 1);
        RecipeRule.InRange(DiceWeight, 0, 10);
        RecipeRule.InRange(AuxiliaryWeight, 0, 1);
        RecipeRule.InRange(EmaDecay, 0, 0.99999);
        RecipeRule.InRange(FreezeStages, 0, 32);
        RecipeRule.InRange(EvaluateEvery, 1, 1000);
        RecipeRule.InRange(Patience, 0, 1000);
        RecipeRule.InRange(CheckpointEvery, 1, 100000);
    }
}
