using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Batches;

/// <summary>An archive of a batch's results as the HTTP API shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Results">Which results of each photo are in it.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="Progress">Share of the batch's photos that are in it, 0-1; 1 once it is whole.</param>
/// <param name="FinishedAt">When it was whole; absent until then.</param>
/// <param name="Parts">Its files so far: each a zip of its own, of at most 4 GB, that can be taken in ranges.</param>
public sealed record BatchArchiveView(
    WorkId Id,
    [property: JsonRequired] IReadOnlyList<string> Results,
    DateTimeOffset CreatedAt,
    double Progress,
    DateTimeOffset? FinishedAt,
    [property: JsonRequired] IReadOnlyList<BatchArchivePartView> Parts
)
{
    internal static BatchArchiveView Of(WorkId batch, BatchArchive archive, int total) =>
        new(
            archive.Id,
            archive.Results,
            archive.CreatedAt,
            archive.FinishedAt is not null || total == 0 ? 1 : (double)archive.Next / total,
            archive.FinishedAt,
            [
                .. archive.Parts.Select(
                    (part, number) =>
                        new BatchArchivePartView(
                            part.Bytes,
                            part.Photos,
                            part.Missing,
                            $"{BatchView.AddressOf(batch)}/archives/{archive.Id}/{number + 1}.zip"
                        )
                ),
            ]
        );
}
