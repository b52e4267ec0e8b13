using System.Diagnostics;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Evaluation;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Metrics;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Mpi;
using RoadSeg.Trainer.Pictures;
using RoadSeg.Trainer.Teaching;
using RoadSeg.Trainer.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Training;

/// <summary>Training from start to end: data, model, loop, evaluation, checkpoint.</summary>
/// <param name="afterStep">Called after every update; null for nothing.</param>
/// <param name="saved">Called after every checkpoint, when its files and the best weights are whole; null for nothing.</param>
/// <param name="ranks">Those that train together, each with its part of every batch; null for this process alone. The first alone evaluates
/// and writes.</param>
internal sealed class TrainingLoop(
    Recipe recipe,
    LoopFiles files,
    Device device,
    MetricsLog log,
    Action<StepReport>? afterStep = null,
    Action? saved = null,
    Ranks? ranks = null
)
{
    private const long WeightStream = 3;
    private const int BatchesAhead = 3;
    private const int KeptEvery = 50;

    private readonly Ranks _ranks = ranks ?? Ranks.Alone;
    private EventFile? _events;

    public LoopState Run(CancellationToken stop)
    {
        // Data.
        var train = DataSource.Read(files.Data, "train", recipe.LimitFrames);
        var val = _ranks.IsFirst ? DataSource.Read(files.Data, "val", recipe.LimitFrames) : null;
        Check.That(
            recipe.Model.Classes == train.Labels.Count,
            $"The recipe's model has {recipe.Model.Classes} classes, the data set {train.Labels.Count}: add --set "
                + $"model.classes={train.Labels.Count}."
        );
        Check.That(
            train.PixelCounts.Count(c => c > 0) > 1,
            "The training masks hold a single class (or none): there is nothing to distinguish."
        );
        Check.That(
            val is null || val.PixelCounts.Any(c => c > 0),
            "The validation masks hold no labelled pixel: there is nothing to score against."
        );
        var t = recipe.Training;
        RankRules.Divides(recipe, _ranks.Count);
        RankRules.AgreeAtStart(_ranks, recipe, files.Unlabelled);
        var photos = Photos(train, stop);
        var augmentation = new Augmentation(recipe.Augmentation, recipe.Input, train.Labels);
        var part = new BatchPart(_ranks.Number, _ranks.Count);
        var loader = new BatchLoader(train, augmentation, recipe.Augmentation, t.BatchSize, recipe.Seed, BatchesAhead, photos, part);
        var stepsPerEpoch = Math.Max(1, loader.StepsPerEpoch / t.Accumulate);
        var total = (long)t.Epochs * stepsPerEpoch;

        // Model. The seed names the initial weights; a checkpoint or a file replaces them.
        random.manual_seed(SeededRandom.SeedOf(recipe.Seed, WeightStream, 0));
        using var model = new DeepLabV3Plus(recipe.Model);
        var resuming = files.Resume && File.Exists(files.Last);
        var initial = files.Init is not null && !resuming ? ModelWeights.Initialise(model, TorchFile.ReadAny(files.Init)) : null;
        model.to(device);
        if (device.type == DeviceType.CUDA)
            ChannelsLast.Apply(model);
        model.train();
        model.Freeze(t.FreezeStages);
        using var loss = new SegmentationLoss(t, train, device);
        using var optimizer = new Optimizer(model, t);
        using var ema = new Ema(model, t.EmaDecay, device);
        var schedule = new Schedule(t, total);
        var (state, changed) = resuming ? Checkpoint.Resume(files.Last, recipe, model, ema, optimizer) : (new LoopState(0, null, 0, 0), []);
        RankRules.Agree(_ranks, recipe, train, photos, state, model);
        _ranks.First(() => Describe(train, val!, loss, total, state, stop));
        if (initial is not null)
            Report(initial);
        if (resuming)
            log.Say(
                changed.Count > 0
                    ? $"Goes on from {files.Last} with other settings than before: {string.Join(", ", changed)}."
                    : $"Goes on from {files.Last}."
            );

        // Loop.
        double lossSum = 0,
            lossCount = 0,
            unreported = 0;
        var teacher = photos is null ? null : new AverageTeacher(ema.Model, recipe.Unlabelled, (byte)train.IgnoreId, device);
        using var update = new TrainingStep(recipe, model, loss, optimizer, ema, device, teacher, _ranks);
        using var batches = loader.From(state.Step * t.Accumulate, total * t.Accumulate).GetEnumerator();
        var stopped = false;
        while (state.Step < total && !EndsEarly() && !(stopped = _ranks.Any(stop.IsCancellationRequested)))
        {
            var rate = t.LearningRate * schedule.Factor(state.Step);
            var stepLoss = update.Take(state.Step, rate, () =>
                batches.MoveNext() ? batches.Current : throw new InvalidOperationException("The loader ended before the run.")
            );
            if (!double.IsFinite(stepLoss))
                throw new TrainerException(
                    $"The loss is {stepLoss} at step {state.Step}, or its gradient: the weights would be lost. "
                        + (
                            File.Exists(files.Last)
                                ? $"{files.Last} still holds the last good ones, from which the same command goes on. "
                                : "No checkpoint was due yet. "
                        )
                        + $"Lower the rate (--set training.learningRate={t.LearningRate / 3:0.#####}) and run again."
                );
            state = state with { Step = state.Step + 1 };
            (lossSum, lossCount, unreported) = (lossSum + stepLoss, lossCount + 1, unreported + 1);
            log.Step(state.Step, total, stepsPerEpoch, stepLoss, lossSum / lossCount, rate, loader.Waited);
            afterStep?.Invoke(new StepReport(state.Step, total, stepsPerEpoch, stepLoss, lossSum / lossCount, loader.Waited));

            if (teacher is not null && (state.Step % KeptEvery == 0 || state.Step == total))
                log.Kept(state.Step, train.Labels, teacher.Kept);

            // Evaluation, honest: the score of a checkpoint is the score of the very weights in it.
            var epochEnds = state.Step % stepsPerEpoch == 0;
            var epoch = (int)(state.Step / stepsPerEpoch);
            if ((epochEnds && epoch % t.EvaluateEvery == 0) || state.Step == total)
            {
                state = _ranks.First(() => Evaluate(state, epoch, ema.Model, val!, lossSum / lossCount));
                (lossSum, lossCount) = (0, 0);
                Save(state);
            }
            else if (unreported >= t.CheckpointEvery)
            {
                Save(state);
                unreported = 0;
            }
        }

        if (EndsEarly())
            log.Say($"No better mIoU in {t.Patience} evaluations: stopped early.");
        else if (stopped)
            Save(state);
        return state;

        bool EndsEarly() => t.Patience > 0 && state.EvaluationsSinceBest >= t.Patience;

        void Save(LoopState s)
        {
            _ranks.First(() => Checkpoint.Save(files.Last, recipe, train.Labels, s, model, ema, optimizer));
            saved?.Invoke();
        }
    }

    private PhotoStream? Photos(SegmentationSet train, CancellationToken stop)
    {
        if (files.Unlabelled is not { } sources)
            return null;
        var options = recipe.Unlabelled;
        Check.That(
            sources.Teachers.Count > 0 || options.AverageFromStep > 0 || sources.Folders.Any(PhotoFolder.HasMasks),
            "Nothing says what is on the photos of --unlabelled: name a teacher (--teacher PACKAGE), or let the averaged weights teach "
                + "from some update on (--set unlabelled.averageFromStep=500)."
        );
        TaughtPhotos? photos = null;

        // The first rank has the teachers make the labels, the others find them in the run's folder.
        _ranks.First(() => Open(mayTeach: true));
        if (photos is null)
            Open(mayTeach: false);
        var perBatch = options.PerBatch(recipe.Training.BatchSize);
        log.Say($"{photos!.Count} photos without labels, {perBatch} of the {recipe.Training.BatchSize} samples of every batch.");
        return new PhotoStream(photos, perBatch) { Fingerprint = photos.Fingerprint };

        void Open(bool mayTeach) =>
            photos = TaughtPhotos.Open(
                sources,
                options,
                train.Labels,
                recipe.Input,
                files.Output,
                log.Say,
                kept => log.Kept(0, train.Labels, kept),
                stop,
                mayTeach
            );
    }

    private LoopState Evaluate(LoopState state, int epoch, DeepLabV3Plus model, SegmentationSet val, double trainLoss)
    {
        var watch = Stopwatch.StartNew();
        var pictures = new TrainingPictures(val);
        var scores = TorchEvaluation.Run(model, val, recipe.Input, device, each: pictures.See);
        var matrix = scores.Pixels;
        log.Evaluation(state.Step, epoch, scores, trainLoss, watch.Elapsed.TotalSeconds);
        Draw(pictures, $"update {state.Step}: mIoU {matrix.MeanIoU():P2} over all");
        if (matrix.MeanIoU() <= state.BestMeanIou)
            return state with { EvaluationsSinceBest = state.EvaluationsSinceBest + 1 };
        state = state with { BestMeanIou = matrix.MeanIoU(), BestStep = state.Step, EvaluationsSinceBest = 0 };
        Checkpoint.SaveWeights(files.Best, recipe, val.Labels, state, model);
        return state;
    }

    // Pictures are for looking at: a run goes on without them.
    private void Draw(TrainingPictures pictures, string when)
    {
        try
        {
            var history = MetricsHistory.Read(log.Metrics);
            pictures.Write(files.Output, history, when);
            _events ??= EventFile.Anew(files.Output);
            _events.Append(history);
        }
        catch (IOException e)
        {
            log.Say($"The pictures could not be written: {e.Message}");
        }
    }

    private void Describe(
        SegmentationSet train,
        SegmentationSet val,
        SegmentationLoss loss,
        long total,
        LoopState state,
        CancellationToken stop
    )
    {
        log.Say(recipe.ToJson());
        log.Say($"{train.Frames.Count} training frames, {val.Frames.Count} validation frames, {total} updates, from update {state.Step}.");
        if (loss.Weights is not null)
            log.Say("Class weights: " + string.Join(", ", train.Labels.Classes.Select(c => $"{c.Name} {loss.Weights[c.Id]:F2}")));
        if (Lettering.Family is null)
            log.Say("This machine has no font: the pictures of the run are drawn without words. Install one, such as fonts-dejavu-core.");
        if (NoImageFloor.Of(train, val, stop) is not { } floor)
            return;
        log.Say(
            $"Without looking at the image: accuracy {floor.PixelAccuracy():P2}, mIoU {floor.MeanIoU():P2}. Anything learned is above that."
        );
        log.Start(state.Step, total, floor.PixelAccuracy(), floor.MeanIoU());
    }

    private void Report(WeightReport report)
    {
        log.Say(
            $"Initial weights: {report.Loaded} tensors taken, {report.Missing.Count} of the encoder missing, {report.Unused.Count} "
                + $"unused, {report.Mismatched.Count} of another shape."
        );
        foreach (var line in report.Mismatched)
            log.Say("  " + line);
    }
}
