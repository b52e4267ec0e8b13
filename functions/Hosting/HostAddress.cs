namespace RoadSeg.Functions.Hosting;

internal static class HostAddress
{
    /// <summary>A worker works for a Functions host, whose address is in its command line.</summary>
    /// <exception cref="InvalidOperationException">There is none: it was started by hand.</exception>
    public static void Require(IConfiguration settings)
    {
        if (string.IsNullOrEmpty(settings["Functions:Worker:HostEndpoint"]))
            throw new InvalidOperationException(
                "No Functions host started this program: run `./roadseg up`, or `func start` in its folder."
            );
    }
}
