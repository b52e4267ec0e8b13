using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Clips;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="ClipEndpoints"/>.</summary>
internal static class ClipDescriptions
{
    public static RouteHandlerBuilder DescribeIssueClipKey(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "issueClipKey",
                "Get a key to upload a video",
                "Addresses to PUT a video to, and a track (GPX) of the same drive if there is one, straight into storage. When they are "
                    + "there, POST /v1/batches with clip.key makes a batch of the video's frames."
            )
            .Answers<ClipTicket>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ClipToolsMissing);
}
