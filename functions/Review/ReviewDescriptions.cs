using RoadSeg.Datasets.Exports;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="ReviewEndpoints"/>.</summary>
internal static class ReviewDescriptions
{
    private const string Below = "A mean confidence under it lists a photo.";
    private const string Above =
        "A disagreement over it lists a photo: the share of its pixels on which a new version differed from the live one.";

    private const string Reviewed =
        "true: photos whose mask a person has reviewed, whatever the model thinks of them; false: only those that nobody has. "
        + "Absent: both, where the model is in doubt.";

    public static RouteHandlerBuilder DescribeListReview(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "listReview",
                "List photos to review",
                "Your photos of which the model is unsure, or of which a new version saw something else, newest first: the item names that "
                    + "version, and one that the gate refused does not count. A photo that was sent twice stands on a page once. A "
                    + "page may hold fewer photos than asked for; go on while there is a next."
            )
            .Takes("below", Below, ParameterForms.Number(0, 1, ReviewEndpoints.DefaultBelow))
            .Takes("above", Above, ParameterForms.Number(0, 1, ReviewEndpoints.DefaultAbove))
            .Takes("reviewed", Reviewed, ParameterForms.Flag)
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos a page.", ParameterForms.Whole(1, 100, 20))
            .Answers<ReviewPage>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.RequestInvalid);

    public static RouteHandlerBuilder DescribeExportReview(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "exportReview",
                "Export photos to review",
                "One page of the list, or the photos that you name, as a zip that can be dropped as a data set: images, masks, and "
                    + "dataset.json; or, with \"to\", as a labelling tool imports it. A mask that a person has reviewed goes as a "
                    + "person's: \"reviewed\" of dataset.json names it, and tools that distinguish the two take it as an annotation. The "
                    + "others are the model's own, as first labels to correct. Photos that are no longer kept, and those whose classes "
                    + "are others than the first one's, are left out."
            )
            .Takes("name", "Name of the data set. Default review.")
            .Takes(
                "to",
                "Labelling tool, or form, that the archive is for. Default: a data set to drop.",
                ParameterForms.OneOf("ExportForm", ExportFormats.All.Select(format => format.Name))
            )
            .Takes(
                "job",
                "Id of a photo's job, listed or not, instead of a page of the list. May be given several times.",
                ParameterForms.Several(ReviewEndpoints.MostChosen, "^[0-9a-z]{26}$")
            )
            .Takes("below", Below, ParameterForms.Number(0, 1, ReviewEndpoints.DefaultBelow))
            .Takes("above", Above, ParameterForms.Number(0, 1, ReviewEndpoints.DefaultAbove))
            .Takes("reviewed", Reviewed, ParameterForms.Flag)
            .Takes("after", "next of the page before.")
            .Takes("limit", "Photos.", ParameterForms.Whole(1, 100, 20))
            .AnswersFile("application/zip")
            .Fails(ErrorCodes.RequestInvalid, ErrorCodes.DatasetInvalid, ErrorCodes.MaskTooComplex);
}
