using System.IO.Compression;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Batches;
using RoadSeg.Errors;
using RoadSeg.Functions.Results;
using RoadSeg.Functions.Storage;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Results;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Batches;

/// <summary>Makes the archives of a batch, a zip a step. A zip is stored whole or not at all: a crash has it made again.</summary>
internal sealed class BatchArchiver(
    BlobServiceClient blobs,
    BatchFiles files,
    BatchReader reader,
    ResultReader results,
    ImageLimits limits,
    TimeProvider time
)
{
    /// <summary>Results that archives can hold, and what their names end in.</summary>
    public static readonly IReadOnlyDictionary<string, string> Results = new Dictionary<string, string>
    {
        ["mask"] = "png",
        ["color"] = "png",
        ["overlay"] = "jpg",
        ["confidence"] = "png",
        ["summary"] = "json",
        ["polygons"] = "json",
    };

    // Zips of 4 GB need no extension that old programs do not read; one that is nearly full takes no further photo.
    private const long MostBytes = 4_000_000_000 - (64 << 20);
    private const int MostPhotos = 10_000;
    private const int ReadAtOnce = 100;

    // The host ends a function after ten minutes.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    // One time for all: the same results give the same archive.
    private static readonly DateTimeOffset Written = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly BlobContainerClient _runs = blobs.GetBlobContainerClient(Containers.BatchRuns);

    /// <summary>File of a part.</summary>
    /// <param name="archive">The archive.</param>
    /// <param name="number">Which part, from 1.</param>
    public static string FileOf(WorkId archive, int number) => $"archives/{archive}/{number}.zip";

    /// <summary>Makes the next zip of an archive.</summary>
    /// <returns>The archive with it; finished where every photo was looked at.</returns>
    public async Task<BatchArchive> StepAsync(BatchRecord batch, BatchArchive archive, BatchTally tally, CancellationToken cancel)
    {
        var names = await NamesAsync(batch, cancel);
        var blob = _runs.GetBlockBlobClient(BlobPaths.BatchFile(batch.Id, FileOf(archive.Id, archive.Parts.Count + 1)));
        var headers = new BlockBlobOpenWriteOptions { HttpHeaders = new BlobHttpHeaders { ContentType = "application/zip" } };
        var (next, photos, missing) = (archive.Next, 0, 0);
        long bytes;
        await using (var counted = new CountedStream(await blob.OpenWriteAsync(overwrite: true, headers, cancel)))
        {
            await using (var zip = await ZipArchive.CreateAsync(counted, ZipArchiveMode.Create, leaveOpen: true, null, cancel))
            {
                var began = time.GetTimestamp();
                while (next < batch.Total && IsOpen())
                {
                    var until = next;
                    var some = new List<int>(ReadAtOnce);
                    for (; until < batch.Total && some.Count < ReadAtOnce; until++)
                    {
                        if (tally.EndOf(until) == JobState.Succeeded)
                            some.Add(until);
                    }

                    foreach (var (index, item, job) in await reader.ReadAsync(batch, tally, some, cancel))
                    {
                        if (!IsOpen())
                        {
                            until = index;
                            break;
                        }

                        var name = names.Of(item.Source?.FileName ?? job?.Source.FileName, index);
                        if (job is { State: JobState.Succeeded, ErasedAt: null } && await AddAsync(zip, job, name, archive.Results, cancel))
                            photos++;
                        else
                            missing++;
                    }

                    next = until;
                }

                bool IsOpen() => photos < MostPhotos && counted.Count < MostBytes && time.GetElapsedTime(began) < Longest;
            }

            bytes = counted.Count;
        }

        return archive with
        {
            Next = next,
            Parts = [.. archive.Parts, new BatchArchivePart(bytes, photos, missing)],
            FinishedAt = next < batch.Total ? null : time.GetUtcNow(),
        };
    }

    /// <summary>Deletes the files of an archive.</summary>
    public Task DeleteAsync(WorkId batch, WorkId archive, CancellationToken cancel) =>
        files.DeleteAsync(batch, $"archives/{archive}/", cancel);

    // Of jobs that were there before the batch the names are not read for this: their number tells those of one name apart.
    private async Task<ArchiveNames> NamesAsync(BatchRecord batch, CancellationToken cancel)
    {
        var names = new ArchiveNames(batch.Source.IsOfJobs);
        for (var list = 0; list < BatchItems.Lists(batch.Total) && !batch.Source.IsOfJobs; list++)
        {
            foreach (var item in await files.ListAsync(batch.Id, list, cancel))
                names.Add(item.Source?.FileName);
        }

        return names;
    }

    // False for a photo of which a result is kept no more, or cannot be made: nothing of it is added. One photo never ends an archive.
    private async Task<bool> AddAsync(ZipArchive zip, JobRecord job, string name, IReadOnlyList<string> wanted, CancellationToken cancel)
    {
        var made = new List<(string Result, ReadOnlyMemory<byte> Content)>(wanted.Count);
        try
        {
            foreach (var result in wanted)
            {
                if (await MakeAsync(job, result, cancel) is { } content)
                    made.Add((result, content));
            }
        }
        catch (RoadSegException e) when (!e.IsTransient)
        {
            return false;
        }

        foreach (var (result, content) in made)
        {
            var level = Results[result] == "json" ? CompressionLevel.Fastest : CompressionLevel.NoCompression;
            var entry = zip.CreateEntry($"{name}.{result}.{Results[result]}", level);
            entry.LastWriteTime = Written;
            await using var file = await entry.OpenAsync(cancel);
            await file.WriteAsync(content, cancel);
        }

        return true;
    }

    // Null for what a photo has none of: confidence of a model that gives none, outlines of a mask that is noise.
    private async Task<ReadOnlyMemory<byte>?> MakeAsync(JobRecord job, string result, CancellationToken cancel)
    {
        try
        {
            return result switch
            {
                "mask" => await results.ReadAsync(job, ResultFiles.Mask, cancel),
                "summary" => await results.ReadAsync(job, ResultFiles.Summary, cancel),
                "confidence" => job.ResultLayout is { Confidence: 0 } ? null : await results.ReadAsync(job, ResultFiles.Confidence, cancel),
                "color" => await results.WorkAsync(job, MadeResults.ColorHolds, (mask, _) => Task.FromResult(ColorMask.Png(mask)), cancel),
                "overlay" => await results.WorkAsync(job, MadeResults.OverlayHolds, (mask, stop) => OverlayAsync(job, mask, stop), cancel),
                _ => await results.WorkAsync(job, MadeResults.PolygonsHold, (mask, stop) => PolygonsAsync(job, mask, stop), cancel),
            };
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.MaskTooComplex)
        {
            return null;
        }
    }

    private async Task<byte[]> OverlayAsync(JobRecord job, IndexedImage mask, CancellationToken cancel)
    {
        var file = await UploadReader.ReadShownAsync(blobs, job, limits, cancel);
        return MadeResults.Overlay(
            file,
            ImageProbe.Read(file, limits),
            mask,
            MadeResults.DefaultOpacity,
            job.Image!.Width,
            job.Image.Height,
            webp: false
        );
    }

    private async Task<byte[]> PolygonsAsync(JobRecord job, IndexedImage mask, CancellationToken cancel) =>
        MadeResults.Polygons(mask, await results.SummaryAsync(job, cancel), new RegionOptions(), geo: false);
}
