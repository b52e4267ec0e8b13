using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using RoadSeg.Datasets.Audits;
using RoadSeg.Errors;
using RoadSeg.Storage;
using RoadSeg.Work;

namespace RoadSeg.Functions.Audits;

/// <summary>The files of an audit in storage. Each lies in the folder of the time it was asked for, and counts only once the record names
/// it.</summary>
internal sealed partial class AuditFiles(BlobServiceClient blobs)
{
    private readonly BlobContainerClient _audits = blobs.GetBlobContainerClient(Containers.Audits);

    /// <summary>What was added up so far; null before the first checkpoint.</summary>
    public async Task<DatasetAudit?> CheckpointAsync(AuditRecord audit, CancellationToken cancel) =>
        audit.Checkpoint is { } file ? await ReadAsync(audit, file, cancel) : null;

    /// <summary>Stores pictures, then what was added up.</summary>
    /// <returns>Name of the checkpoint.</returns>
    public async Task<string> StoreAsync(
        AuditRecord audit,
        DatasetAudit so,
        IReadOnlyDictionary<string, byte[]> crops,
        CancellationToken cancel
    )
    {
        foreach (var (name, crop) in crops)
            await WriteAsync(audit, Crops + name, crop, "image/png", cancel);
        var file = $"checkpoint-{so.Looked:D8}.json";
        await WriteAsync(audit, file, so.ToJson(), "application/json", cancel);
        return file;
    }

    /// <summary>Stores what was found, and its section of the report with the pictures in it.</summary>
    public async Task FinishAsync(AuditRecord audit, DatasetAudit found, CancellationToken cancel)
    {
        var crops = new Dictionary<string, byte[]>();
        foreach (var region in found.Regions.Take(AuditPage.Shown))
        {
            if (await TryReadAsync(audit, Crops + region.Crop, cancel) is { } crop)
                crops[region.Crop] = crop.ToArray();
        }

        var section = new StringWriter { NewLine = "\n" };
        AuditPage.WriteSection(section, found, crops);
        await WriteAsync(audit, AuditPage.SectionFile, Encoding.UTF8.GetBytes(section.ToString()), "text/html; charset=utf-8", cancel);
        await WriteAsync(audit, AuditPage.JsonFile, found.ToJson(), "application/json", cancel);
    }

    /// <summary>What a finished audit found.</summary>
    public Task<DatasetAudit> FoundAsync(AuditRecord audit, CancellationToken cancel) => ReadAsync(audit, AuditPage.JsonFile, cancel);

    /// <summary>A picture; null where there is none of the name.</summary>
    public Task<BinaryData?> CropAsync(AuditRecord audit, string file, CancellationToken cancel) =>
        CropName().IsMatch(file) ? TryReadAsync(audit, Crops + file, cancel) : Task.FromResult<BinaryData?>(null);

    /// <summary>Deletes what no one asks for any more: checkpoints, pictures of regions that are not among the worst, all of earlier
    /// times.</summary>
    public async Task TidyAsync(AuditRecord audit, DatasetAudit found, CancellationToken cancel)
    {
        var (all, own) = (BlobPaths.Audits(audit.Dataset, audit.Version), PathOf(audit, ""));
        var kept = found
            .Regions.Take(AuditDataset.Options.Pictured)
            .Select(region => own + Crops + region.Crop)
            .Concat([own + AuditPage.JsonFile, own + AuditPage.SectionFile])
            .ToHashSet(StringComparer.Ordinal);
        await foreach (var blob in _audits.GetBlobsAsync(BlobTraits.None, BlobStates.None, all, cancel))
        {
            // Ids sort by age: a later time may have begun meanwhile.
            var run = blob.Name[all.Length..].Split('/')[0];
            if (WorkId.TryParse(run, out _) && string.CompareOrdinal(run, audit.Run.ToString()) <= 0 && !kept.Contains(blob.Name))
                await _audits.DeleteBlobIfExistsAsync(blob.Name, cancellationToken: cancel);
        }
    }

    private const string Crops = "crops/";

    private async Task<DatasetAudit> ReadAsync(AuditRecord audit, string file, CancellationToken cancel)
    {
        try
        {
            return await TryReadAsync(audit, file, cancel) is { } content
                ? DatasetAudit.FromJson(content.ToMemory().Span)
                : throw Gone(null);
        }
        catch (JsonException e)
        {
            throw Gone(e);
        }
    }

    private async Task<BinaryData?> TryReadAsync(AuditRecord audit, string file, CancellationToken cancel)
    {
        try
        {
            return (await _audits.GetBlobClient(PathOf(audit, file)).DownloadContentAsync(cancel)).Value.Content;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
    }

    private async Task WriteAsync(AuditRecord audit, string file, byte[] content, string contentType, CancellationToken cancel) =>
        await _audits
            .GetBlobClient(PathOf(audit, file))
            .UploadAsync(
                BinaryData.FromBytes(content),
                new BlobUploadOptions { HttpHeaders = new BlobHttpHeaders { ContentType = contentType } },
                cancel
            );

    private static string PathOf(AuditRecord audit, string file) => BlobPaths.AuditFile(audit.Dataset, audit.Version, audit.Run, file);

    private static RoadSegException Gone(Exception? inner) =>
        new(ErrorCodes.AuditNotFound, "A file of the audit is gone or damaged. Ask for the audit again.", inner);

    [GeneratedRegex("^[0-9]{6,9}-[0-9]{3,9}\\.png\\z", RegexOptions.CultureInvariant)]
    private static partial Regex CropName();
}
