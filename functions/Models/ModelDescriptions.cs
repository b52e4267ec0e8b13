using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Models;
using RoadSeg.Registry;

namespace RoadSeg.Functions.Models;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="ModelEndpoints"/>.</summary>
internal static class ModelDescriptions
{
    public static RouteHandlerBuilder DescribeListModels(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listModels",
                "List the models",
                "What the service shipped with and what was published, each with the version that is live."
            )
            .Answers<ModelList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelInvalid);

    public static RouteHandlerBuilder DescribeListModelVersions(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listModelVersions",
                "List a model's versions",
                "Newest first, each with its state, what its gate found and what it reached; and the moves of the live version."
            )
            .Answers<ModelVersionList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelNotFound, ErrorCodes.ModelInvalid);

    public static RouteHandlerBuilder DescribeGetModelVersion(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getModelVersion",
                "Read a model's manifest",
                "The manifest of a model package: files and hashes, label catalogue, preprocessing, metrics."
            )
            .Answers<ModelManifest>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelNotFound, ErrorCodes.ModelInvalid);

    public static RouteHandlerBuilder DescribeGetModelCard(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getModelCard", "Read a model's card", "What the model is good for and what it is not, as Markdown.")
            .AnswersFile("text/markdown")
            .Fails(ErrorCodes.ModelNotFound, ErrorCodes.ModelInvalid);

    public static RouteHandlerBuilder DescribeGetModelPicture(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getModelPicture",
                "See a picture of a model's package",
                "The photo of its self-test and the mask that it gives, by the names that its manifest and its card have for them."
            )
            .AnswersFile("image/png")
            .Fails(ErrorCodes.ModelNotFound, ErrorCodes.ModelInvalid);

    public static RouteHandlerBuilder DescribeListLabels(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("listLabels", "List the label catalogues", "The classes of each model: what a mask's pixel values mean.")
            .Answers<LabelList>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.ModelInvalid);
}
