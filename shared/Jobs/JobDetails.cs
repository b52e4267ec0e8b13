namespace RoadSeg.Jobs;

/// <summary>Names of <see cref="JobDetail"/> in parameters.</summary>
public static class JobDetails
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["normal", "high"];

    /// <summary>The name.</summary>
    public static string Name(this JobDetail detail) => Names[(int)detail];

    /// <summary>The one of this name, or null.</summary>
    public static JobDetail? Parse(string name) =>
        name switch
        {
            "normal" => JobDetail.Normal,
            "high" => JobDetail.High,
            _ => null,
        };
}
