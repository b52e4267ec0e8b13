namespace RoadSeg.Functions.Work;

/// <summary>Which functions the host runs in this process: the steps of a photo that may follow one another here without waiting for a
/// queue to be polled.</summary>
/// <param name="Preprocess">PreprocessUpload.</param>
/// <param name="Segment">SegmentImage.</param>
internal sealed record FunctionSwitches(bool Preprocess, bool Segment)
{
    /// <summary>From the host's own settings, such as <c>AzureWebJobs_SegmentImage_Disabled</c>.</summary>
    public static FunctionSwitches Read(IConfiguration settings)
    {
        return new FunctionSwitches(IsOn("PreprocessUpload"), IsOn("SegmentImage"));

        bool IsOn(string function) =>
            (settings[$"AzureWebJobs_{function}_Disabled"] ?? settings[$"AzureWebJobs.{function}.Disabled"])?.ToLowerInvariant()
                is not ("1" or "true");
    }
}
