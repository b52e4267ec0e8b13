namespace RoadSeg.Functions.Submissions;

internal static class SubmissionServices
{
    public static void AddSubmissions(this IServiceCollection services) => services.AddSingleton<JobSubmission>();
}
