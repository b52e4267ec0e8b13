using RoadSeg.Batches;
using RoadSeg.Clips;
using RoadSeg.Errors;
using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Batches;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="BatchEndpoints"/>, items and archives.</summary>
internal static class BatchDescriptions
{
    public static RouteHandlerBuilder DescribeStartBatch(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "startBatch",
                "Segment many photos as one batch",
                "The photos are those in container 'batches' whose names begin with prefix, those named, your own jobs that have all "
                    + "tags of 'of', which are taken in as they are, or frames of the video that 'clip' names. Each of the others gets a "
                    + "job in the bulk lane. Prefix, names and clip.file: for operators, where the deployment names any."
            )
            .TakesBody<BatchRequest>(true, "application/json")
            .TakesHeader("Idempotency-Key", "The same key with the same request gets the same batch.", ParameterForms.Key)
            .Sends("Location", "Address of the batch.", StatusCodes.Status202Accepted)
            .Answers<BatchView>(StatusCodes.Status202Accepted)
            .Fails(
                ErrorCodes.ContentTypeUnsupported,
                ErrorCodes.OperatorRequired,
                ErrorCodes.BatchEmpty,
                ErrorCodes.ClipMissing,
                ErrorCodes.ClipTooLarge,
                ErrorCodes.ClipToolsMissing,
                ErrorCodes.ModelNotFound,
                ErrorCodes.WebhooksDisabled,
                ErrorCodes.WebhookUrlInvalid,
                ErrorCodes.IdempotencyConflict,
                ErrorCodes.TooManyJobs
            );

    public static RouteHandlerBuilder DescribeListBatches(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("listBatches", "List your batches", "Newest first, page by page.")
            .Takes("after", "The next of the page before.")
            .Takes("limit", "Batches of a page at most.", ParameterForms.Whole(1, 100, 20))
            .Answers<BatchPage>(StatusCodes.Status200OK);

    public static RouteHandlerBuilder DescribeGetBatch(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getBatch", "Ask for a batch", "How many of its photos stand where, how long it takes, and its archives.")
            .Takes(
                "wait",
                "Answer when it has ended, or, with If-None-Match, has changed; after so many seconds in any case.",
                ParameterForms.Whole(0, BatchEndpoints.MostWaited)
            )
            .Revalidates()
            .Answers<BatchView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.BatchNotFound);

    public static RouteHandlerBuilder DescribeCancelBatch(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "cancelBatch",
                "Cancel a batch",
                "No further photo gets a job, and those under way are canceled; what has ended keeps its results. One that has ended stays "
                    + "as it ended."
            )
            .SendsVersion(StatusCodes.Status200OK)
            .Answers<BatchView>(StatusCodes.Status200OK)
            .Fails(ErrorCodes.BatchNotFound);

    public static RouteHandlerBuilder DescribeRetryBatch(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "retryBatch",
                "Try the failed photos of a batch again",
                "Those that failed, were canceled or never began get a new job each; those that succeeded stay. The batch has ended before."
            )
            .Sends("Location", "Address of the batch.", StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status202Accepted)
            .Answers<BatchView>(StatusCodes.Status202Accepted)
            .Fails(ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded);

    public static RouteHandlerBuilder DescribeListBatchItems(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("listBatchItems", "List the photos of a batch", "In their order, page by page; a page may hold fewer than asked for.")
            .Takes("state", "Only those that stand there.", ParameterForms.OneOf("BatchItemState", BatchItemEndpoints.Standings.Keys))
            .Takes("bbox", "Only photos taken within west,south,east,north, in degrees.", ParameterForms.Box)
            .Takes(
                "format",
                "geojson: a point a photo that says where it was taken.",
                ParameterForms.OneOf("BatchItemFormat", "json", "geojson")
            )
            .Takes("after", "The next of the page before.")
            .Takes("limit", "Photos of a page at most.", ParameterForms.Whole(1, 100, 20))
            .Answers<BatchItemPage>(StatusCodes.Status200OK)
            .AnswersAs<JobFeatures>("application/geo+json")
            .Fails(ErrorCodes.BatchNotFound);

    public static RouteHandlerBuilder DescribeGetBatchManifest(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getBatchManifest",
                "Get the manifest of a batch",
                "What became of every photo: its name, state, error code, class shares, when and where it was taken, addresses. JSON "
                    + "lines, or CSV with a column a class."
            )
            .Takes("format", "jsonl or csv.", ParameterForms.OneOf("ManifestFormat", "jsonl", "csv"))
            .AnswersFile("application/jsonl", "text/csv")
            .Fails(ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded);

    public static RouteHandlerBuilder DescribeMakeBatchArchive(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "makeBatchArchive",
                "Have results of a batch packed",
                "Zips of the results that are named, under the photos' own names, of at most 4 GB each. They are made in the background: "
                    + "the batch's view lists those that are whole."
            )
            .TakesBody<BatchArchiveRequest>(false, "application/json")
            .Sends("Location", "Address of the batch.", StatusCodes.Status202Accepted)
            .SendsVersion(StatusCodes.Status202Accepted)
            .Answers<BatchView>(StatusCodes.Status202Accepted)
            .Fails(ErrorCodes.ContentTypeUnsupported, ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded);

    public static RouteHandlerBuilder DescribeGetBatchArchivePart(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getBatchArchivePart", "Fetch a zip of a batch's results", "One of the parts that the batch's view lists.")
            .AnswersFile("application/zip")
            .Fails(ErrorCodes.BatchNotFound);

    public static RouteHandlerBuilder DescribeGetTimeline(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getTimeline",
                "Get the timeline of a video",
                "Of each frame when it is shown, when and where it was taken, how its segmentation stands and what each class has of it. "
                    + "Also before all frames have ended."
            )
            .Takes("format", "json, or csv: a row a frame, a column a class.", ParameterForms.OneOf("TimelineFormat", "json", "csv"))
            .Answers<Timeline>(StatusCodes.Status200OK)
            .AnswersAs<Stream>("text/csv")
            .Fails(ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded);

    public static RouteHandlerBuilder DescribeGetClipOverlay(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getClipOverlay",
                "Get the video of the overlays",
                "The classes over the frames of a video (H.264 in MP4), each shown as long as in the video. It is made when all have ended."
            )
            .AnswersFile("video/mp4")
            .Fails(ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded, ErrorCodes.ResultGone);

    public static RouteHandlerBuilder DescribeGetClipPoster(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getClipPoster", "Get the first picture of that video", "A JPEG.")
            .AnswersFile("image/jpeg")
            .Fails(ErrorCodes.BatchNotFound, ErrorCodes.BatchNotEnded, ErrorCodes.ResultGone);
}
