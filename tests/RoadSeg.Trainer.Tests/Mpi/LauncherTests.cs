using RoadSeg.Trainer.Mpi;

namespace RoadSeg.Trainer.Tests.Mpi;

public sealed class LauncherTests
{
    [Theory]
    [InlineData("", 0, 1, 0)]
    [InlineData("OMPI_COMM_WORLD_SIZE=4 OMPI_COMM_WORLD_RANK=3 OMPI_COMM_WORLD_LOCAL_RANK=1 PMIX_RANK=3", 3, 4, 1)]
    [InlineData("OMPI_COMM_WORLD_SIZE=1 OMPI_COMM_WORLD_RANK=0", 0, 1, 0)]
    [InlineData("PMIX_RANK=2 SLURM_STEP_NUM_TASKS=8 SLURM_LOCALID=2", 2, 8, 2)]
    [InlineData("SLURM_STEP_NUM_TASKS=8", 0, 1, 0)]
    public void The_environment_says_who_started_this_and_beside_how_many(string environment, int number, int count, int local)
    {
        var variables = environment.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=')).ToDictionary(part => part[0], part => part[1]);
        Assert.Equal(new Launcher(number, count, local), Launcher.Read(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData("libmpi-that-nobody-has.so.40", "cannot open shared object file")]
    [InlineData("libc.so.6", "the libmpi that was found has no ompi_mpi_comm_world, so it is another MPI")]
    public void Without_Open_MPI_it_says_what_to_install(string library, string reason)
    {
        var refused = Assert.Throws<TrainerException>(() => OpenMpi.Load([library]));
        Assert.Contains("started as one of several by mpirun", refused.Message);
        Assert.Contains(reason, refused.Message);
        Assert.Contains("apt-get install openmpi-bin", refused.Message);
        Assert.DoesNotContain('\n', refused.Message);
    }
}
