using RoadSeg.Trainings;

namespace RoadSeg.Functions.Tests.Trainings;

public sealed class TrainingStateTests
{
    private static readonly TrainingState[] States = Enum.GetValues<TrainingState>();

    [Fact]
    public void The_design_names_exactly_these_moves()
    {
        var moves = from @from in States from to in States where TrainingStates.CanMove(@from, to) select (@from, to);

        Assert.Equal(
            [
                (TrainingState.Queued, TrainingState.Running), (TrainingState.Queued, TrainingState.Failed), (TrainingState.Queued, TrainingState.Canceled),
                (TrainingState.Running, TrainingState.Running), (TrainingState.Running, TrainingState.Evaluating),
                (TrainingState.Running, TrainingState.Failed), (TrainingState.Running, TrainingState.Canceled),
                (TrainingState.Evaluating, TrainingState.Running), (TrainingState.Evaluating, TrainingState.Publishing),
                (TrainingState.Evaluating, TrainingState.Failed), (TrainingState.Evaluating, TrainingState.Canceled),
                (TrainingState.Publishing, TrainingState.Running), (TrainingState.Publishing, TrainingState.Succeeded),
                (TrainingState.Publishing, TrainingState.Failed), (TrainingState.Publishing, TrainingState.Canceled),
            ],
            moves);
    }
}
