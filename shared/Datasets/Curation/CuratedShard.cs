namespace RoadSeg.Datasets.Curation;

/// <summary>A shard: samples one after the other.</summary>
/// <param name="File">Name, no folders.</param>
/// <param name="Sha256">Of its bytes, lower case hexadecimal.</param>
/// <param name="Bytes">Size, at most 2 GiB.</param>
/// <param name="Samples">Samples in it, at least 1.</param>
public sealed record CuratedShard(string File, string Sha256, long Bytes, int Samples);
