using System.Text.Json;
using RoadSeg.Datasets.Checks;

namespace RoadSeg.Datasets.Curation;

/// <summary>Writes samples into shards of a folder, split after split.</summary>
internal sealed class CuratedWriter(string folder, long shardBytes) : IDisposable
{
    public const string SamplesFile = "samples.jsonl";

    private readonly HashedFile samples = new(folder, SamplesFile);
    private readonly Dictionary<Split, List<CuratedShard>> shards = [];
    private HashedFile? shard;
    private Split split;
    private int inShard;

    public void Add(Sample sample)
    {
        if (shard is not null && (sample.Split != split || shard.Bytes >= shardBytes))
            Close();
        if (shard is null)
        {
            split = sample.Split;
            shard = new HashedFile(folder, $"{sample.Split.ToString().ToLowerInvariant()}-{Of(sample.Split).Count:D5}.shard");
            shard.Write(Shard.Header());
        }

        shard.Write(Shard.RecordHead(sample.Pair.Id, sample.Image.Width, sample.Image.Height));
        shard.Write(sample.Image.Pixels);
        shard.Write(sample.Ids);
        inShard++;
        var line = new CuratedLine(
            sample.Pair.Id,
            sample.Split,
            sample.Pair.Group ?? "",
            sample.Image.Width,
            sample.Image.Height,
            PersonalData.Strip(sample.Pair.Image),
            Convert.ToHexStringLower(sample.ImageSha256),
            PersonalData.Strip(sample.Pair.Mask.Shown),
            Convert.ToHexStringLower(sample.MaskSha256)
        );
        samples.Write(JsonSerializer.SerializeToUtf8Bytes(line, CuratedLineContext.Default.CuratedLine));
        samples.Write("\n"u8);
    }

    public CuratedManifest Finish(DatasetRun run)
    {
        Close();
        var manifest = new CuratedManifest
        {
            Kind = CuratedManifest.CuratedKind,
            SchemaVersion = 1,
            Name = run.Spec.Name,
            Layout = run.Spec.Layout,
            Licence = run.Spec.Licence,
            Labels = run.Map.Catalogue,
            LabelMapSha256 = run.Map.Sha256,
            Target = run.Target,
            SplitBy = run.SplitBy,
            SplitSeed = run.Spec.Split.Seed,
            Splits =
            [
                .. run
                    .Statistics.Splits.OrderBy(entry => entry.Key)
                    .Select(entry => new CuratedSplit(
                        entry.Key,
                        entry.Value.Images,
                        entry.Value.Groups,
                        entry.Value.Pixels,
                        entry.Value.PixelsOfImagesWith,
                        Of(entry.Key)
                    )),
            ],
            Samples = new CuratedFile(SamplesFile, samples.Finish(), samples.Bytes),
        };

        // Last: a folder with a manifest is complete.
        using var file = new HashedFile(folder, CuratedManifest.FileName);
        file.Write(manifest.ToJson());
        file.Finish();
        return manifest;
    }

    public void Dispose()
    {
        shard?.Dispose();
        samples.Dispose();
    }

    private void Close()
    {
        if (shard is null)
            return;
        Of(split).Add(new CuratedShard(shard.Name, shard.Finish(), shard.Bytes, inShard));
        shard.Dispose();
        (shard, inShard) = (null, 0);
    }

    private List<CuratedShard> Of(Split which) => shards.TryGetValue(which, out var list) ? list : shards[which] = [];
}
