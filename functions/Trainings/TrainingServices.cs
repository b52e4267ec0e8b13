using RoadSeg.Trainings;

namespace RoadSeg.Functions.Trainings;

internal static class TrainingServices
{
    public static void AddTrainings(this IServiceCollection services)
    {
        services.AddSingleton<TrainingPlans>();
        services.AddSingleton<TrainingList>();
        services.AddSingleton<TrainerPresence>();
    }
}
