using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="RolloutEndpoints"/>.</summary>
internal static class RolloutDescriptions
{
    public static RouteHandlerBuilder DescribePromoteModelVersion(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "promoteModelVersion",
                "Make a version live",
                "Every serving process swaps to it within seconds, once it has loaded and tested it. A version that is live already "
                    + "stays so."
            )
            .TakesBody<PromoteRequest>(false, "application/json")
            .Answers<ModelVersionList>(StatusCodes.Status200OK)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.OperatorRequired,
                ErrorCodes.ModelNotFound,
                ErrorCodes.ModelGateFailed,
                ErrorCodes.ModelInvalid
            );

    public static RouteHandlerBuilder DescribeRollBackModel(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "rollBackModel",
                "Roll back",
                "Makes the version live again that was so before the live one. Calling it again goes one further back."
            )
            .Answers<ModelVersionList>(StatusCodes.Status200OK)
            .Fails(
                ErrorCodes.RequestInvalid,
                ErrorCodes.OperatorRequired,
                ErrorCodes.ModelNotFound,
                ErrorCodes.ModelNoRollback,
                ErrorCodes.ModelInvalid
            );
}
