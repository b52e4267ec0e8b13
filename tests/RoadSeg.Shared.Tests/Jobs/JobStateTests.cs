using RoadSeg.Jobs;

namespace RoadSeg.Tests.Jobs;

public sealed class JobStateTests
{
    private static readonly JobState[] States = Enum.GetValues<JobState>();

    [Fact]
    public void No_terminal_state_is_ever_left() =>
        Assert.All(States.Where(state => state.IsTerminal()), from => Assert.DoesNotContain(States, to => JobStates.CanMove(from, to)));

    [Fact]
    public void Every_live_state_can_reach_a_terminal_one() =>
        Assert.All(States.Where(state => !state.IsTerminal()), from => Assert.Contains(States, to => to.IsTerminal() && JobStates.CanMove(from, to)));

    [Fact]
    public void The_design_names_exactly_these_moves()
    {
        var moves = from @from in States from to in States where JobStates.CanMove(@from, to) select (@from, to);

        Assert.Equal(
            [
                (JobState.AwaitingUpload, JobState.Received), (JobState.AwaitingUpload, JobState.Queued), (JobState.AwaitingUpload, JobState.Failed),
                (JobState.AwaitingUpload, JobState.Canceled), (JobState.AwaitingUpload, JobState.Expired),
                (JobState.Received, JobState.Received), (JobState.Received, JobState.Queued), (JobState.Received, JobState.Failed), (JobState.Received, JobState.Canceled),
                (JobState.Queued, JobState.Queued), (JobState.Queued, JobState.Running), (JobState.Queued, JobState.Failed), (JobState.Queued, JobState.Canceled),
                (JobState.Running, JobState.Queued), (JobState.Running, JobState.Running), (JobState.Running, JobState.Succeeded), (JobState.Running, JobState.Failed), (JobState.Running, JobState.Canceled),
            ],
            moves);
    }
}
