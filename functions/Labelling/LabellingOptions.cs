namespace RoadSeg.Functions.Labelling;

/// <summary>How labelling tools are served, from app settings.</summary>
internal sealed record LabellingOptions
{
    /// <summary>ROADSEG_LABELLING_PATIENCE: how long one call of a tool may take before it is answered with what there is: 1 second to 3
    /// minutes 40 seconds. Default 90 seconds, less than Label Studio (100 s) and CVAT (120 s) wait by themselves.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(90);

    public static LabellingOptions Read(IConfiguration settings)
    {
        var standard = new LabellingOptions();
        return new LabellingOptions
        {
            Patience = settings.Duration(
                "ROADSEG_LABELLING_PATIENCE",
                standard.Patience,
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(220)
            ),
        };
    }
}
