using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Review;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="ReviewedMaskEndpoints"/>.</summary>
internal static class ReviewedMaskDescriptions
{
    private const string Match = "ETag of the reviewed mask that you know: 412 when it is another one by now.";

    private static readonly ErrorCode[] OfResults = [ErrorCodes.JobNotFound, ErrorCodes.ResultNotReady];

    public static RouteHandlerBuilder DescribeGetReview(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getReview",
                "Get the reviewed mask",
                "The mask as a person corrected it: 8-bit palette PNG as the model's own, 255 where nobody can say the class. Who, when "
                    + "and how many pixels stand in the job as review. A person's pixels are certain: minConfidence is for the model's."
            )
            .TakesHeader("If-None-Match", "ETag of an earlier answer: 304 with that ETag and no body if it is still the same.")
            .AnswersFile("image/png")
            .Produces(StatusCodes.Status304NotModified)
            .Sends("ETag", "Names this very mask. Send it as If-Match to replace it.", StatusCodes.Status200OK)
            .Fails([.. OfResults, ErrorCodes.ReviewNotFound]);

    public static RouteHandlerBuilder DescribePutReview(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "putReview",
                "Save a reviewed mask",
                "A PNG of at most 16 MiB and of the photo's own size, upright, as the mask is answered: 8-bit grey whose values are class "
                    + "ids, or with the mask's palette; 255 is unknown. It takes the place of the model's mask in what is exported for "
                    + "training, as a person's, is kept as long as results are, and goes when the job is erased. The model's own "
                    + "mask stays as it is."
            )
            .TakesBody<Stream>(true, "image/png")
            .Takes("by", "Who reviewed it, shown with it: at most 64 characters. Absent: the caller's name.")
            .TakesHeader("If-Match", $"{Match} Absent: nobody has saved one yet. *: whatever was saved is replaced.")
            .Answers<JobView>(StatusCodes.Status200OK)
            .Sends("ETag", "Names the mask that was saved. Send it as If-Match to replace it.", StatusCodes.Status200OK)
            .Fails([
                .. OfResults,
                ErrorCodes.RequestInvalid,
                ErrorCodes.ResultGone,
                ErrorCodes.ReviewChanged,
                ErrorCodes.MaskInvalid,
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.ImageEmpty,
                ErrorCodes.ImageTooManyBytes,
                ErrorCodes.ImageTooManyPixels,
                ErrorCodes.ImageFormatUnsupported,
                ErrorCodes.ImageCorrupt,
                ErrorCodes.TooManyRequests,
            ]);

    public static RouteHandlerBuilder DescribeDeleteReview(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("deleteReview", "Take a reviewed mask back", "The model's own mask counts again. Doing it twice is no error.")
            .TakesHeader("If-Match", $"{Match} Absent: whatever was saved is taken back.")
            .Produces(StatusCodes.Status204NoContent)
            .Fails([.. OfResults, ErrorCodes.ReviewChanged]);
}
