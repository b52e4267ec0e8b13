using System.Net.Http.Headers;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Client;

// The service's own limits hold where a number is null.
public sealed partial class RoadSegClient
{
    /// <summary>A page of your photos that are worth a person's look, newest first.</summary>
    /// <param name="below">A mean confidence under it lists a photo, 0-1.</param>
    /// <param name="above">A disagreement of two versions over it lists a photo, 0-1.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="limit">Photos a page, 1-100.</param>
    /// <param name="reviewed">True: photos that a person has reviewed, in doubt or not; false: only those that nobody has.</param>
    /// <param name="cancel">Stops.</param>
    public Task<ReviewPage> ListReviewAsync(
        double? below = null,
        double? above = null,
        string? after = null,
        int? limit = null,
        bool? reviewed = null,
        CancellationToken cancel = default
    ) =>
        _calls.ReadAsync(
            HttpMethod.Get,
            "v1/review"
                + Query.Of(
                    ("below", Text(below)),
                    ("above", Text(above)),
                    ("reviewed", Text(reviewed)),
                    ("after", after),
                    ("limit", Text(limit))
                ),
            JobJson.Default.ReviewPage,
            null,
            cancel
        );

    /// <summary>The same photos as a zip that can be corrected and dropped as a data set, or that a labelling tool imports.</summary>
    /// <param name="name">Name of the data set.</param>
    /// <param name="below">As for the list.</param>
    /// <param name="above">As for the list.</param>
    /// <param name="limit">Photos, 1-100.</param>
    /// <param name="to">Form of a labelling tool, such as <c>cvat</c>; null for a data set.</param>
    /// <param name="reviewed">As for the list.</param>
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenReviewAsync(
        string name,
        double? below = null,
        double? above = null,
        int? limit = null,
        string? to = null,
        bool? reviewed = null,
        CancellationToken cancel = default
    ) =>
        _calls.OpenAsync(
            "v1/review/export"
                + Query.Of(
                    ("name", name),
                    ("to", to),
                    ("below", Text(below)),
                    ("above", Text(above)),
                    ("reviewed", Text(reviewed)),
                    ("limit", Text(limit))
                ),
            cancel
        );

    /// <summary>A job's mask as a person corrected it: an 8-bit palette PNG as the model's own, 255 where nobody can say the class. The
    /// caller disposes it. Refused with review-not-found while nobody has saved one.</summary>
    public Task<Stream> OpenReviewedMaskAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.OpenAsync(JobPath(id) + "/review", cancel);

    /// <summary>Saves a job's mask as a person corrected it. Refused with review-changed where another one lies there than is
    /// expected.</summary>
    /// <param name="id">The job.</param>
    /// <param name="png">8-bit PNG of the photo's own size, upright: class ids as grey, or with the mask's palette; 255 is unknown.</param>
    /// <param name="replaces"><see cref="JobReview.Version"/> of the one that it replaces, <c>*</c> for whichever; null: there is none
    /// yet.</param>
    /// <param name="by">Who made it, at most 64 characters; the caller's name when null.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>The job with what it says of the review.</returns>
    public Task<JobView> PutReviewAsync(
        WorkId id,
        ReadOnlyMemory<byte> png,
        string? replaces = null,
        string? by = null,
        CancellationToken cancel = default
    ) =>
        _calls.ReadAsync(
            HttpMethod.Put,
            JobPath(id) + "/review" + Query.Of(("by", by)),
            JobJson.Default.JobView,
            request =>
            {
                if (replaces is not null)
                    request.Headers.IfMatch.Add(replaces == "*" ? EntityTagHeaderValue.Any : new EntityTagHeaderValue($"\"{replaces}\""));
                request.Content = new ReadOnlyMemoryContent(png) { Headers = { ContentType = new MediaTypeHeaderValue("image/png") } };
            },
            cancel
        );

    /// <summary>Takes a job's reviewed mask back, whichever it is: the model's own counts again.</summary>
    public Task DeleteReviewAsync(WorkId id, CancellationToken cancel = default) =>
        _calls.DoAsync(HttpMethod.Delete, JobPath(id) + "/review", cancel);

    private static string? Text(bool? value) =>
        value switch
        {
            null => null,
            true => "true",
            false => "false",
        };

    private static string? Text(double? value) => value is { } number ? FormattableString.Invariant($"{number:0.####}") : null;
}
