using System.Globalization;

namespace RoadSeg.Trainer.Mpi;

/// <summary>What the environment says of who started this process: mpirun, or Slurm by PMIx. No library is needed to ask.</summary>
/// <param name="Number">Rank of this process, from 0.</param>
/// <param name="Count">Ranks of the run, 1 when nobody started several.</param>
/// <param name="LocalNumber">Among the ranks of this machine, from 0.</param>
internal readonly record struct Launcher(int Number, int Count, int LocalNumber)
{
    public static Launcher Current { get; } = Read(Environment.GetEnvironmentVariable);

    public static Launcher Read(Func<string, string?> variable)
    {
        var mpirun = Parse(variable("OMPI_COMM_WORLD_SIZE"));
        if (mpirun is not null)
            return new Launcher(Rank("OMPI_COMM_WORLD_RANK"), mpirun.Value, Rank("OMPI_COMM_WORLD_LOCAL_RANK"));

        // mpirun of MPICH and its kin, whose processes Open MPI does not bring together: the library is asked, and that is said.
        if (Parse(variable("PMI_SIZE")) is { } others)
            return new Launcher(Rank("PMI_RANK"), others, Rank("MPI_LOCALRANKID"));

        // srun --mpi=pmix starts processes itself: the rank is PMIx's, the number of tasks Slurm's.
        var rank = Parse(variable("PMIX_RANK"));
        return rank is null
            ? new Launcher(0, 1, 0)
            : new Launcher(rank.Value, Parse(variable("SLURM_STEP_NUM_TASKS")) ?? 1, Rank("SLURM_LOCALID"));

        int Rank(string name) => Parse(variable(name)) ?? 0;
    }

    private static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
