using RoadSeg.Jobs;

namespace RoadSeg.Client;

// The service's own limits hold where a number is null.
public sealed partial class RoadSegClient
{
    /// <summary>A page of your photos that are worth a person's look, newest first.</summary>
    /// <param name="below">A mean confidence under it lists a photo, 0-1.</param>
    /// <param name="above">A disagreement of two versions over it lists a photo, 0-1.</param>
    /// <param name="after">Where the page before ended.</param>
    /// <param name="limit">Photos a page, 1-100.</param>
    /// <param name="cancel">Stops.</param>
    public Task<ReviewPage> ListReviewAsync(
        double? below = null,
        double? above = null,
        string? after = null,
        int? limit = null,
        CancellationToken cancel = default
    ) =>
        _calls.ReadAsync(
            HttpMethod.Get,
            "v1/review" + Query.Of(("below", Text(below)), ("above", Text(above)), ("after", after), ("limit", Text(limit))),
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
    /// <param name="cancel">Stops.</param>
    public Task<Stream> OpenReviewAsync(
        string name,
        double? below = null,
        double? above = null,
        int? limit = null,
        string? to = null,
        CancellationToken cancel = default
    ) =>
        _calls.OpenAsync(
            "v1/review/export"
                + Query.Of(("name", name), ("to", to), ("below", Text(below)), ("above", Text(above)), ("limit", Text(limit))),
            cancel
        );

    private static string? Text(double? value) => value is { } number ? FormattableString.Invariant($"{number:0.####}") : null;
}
