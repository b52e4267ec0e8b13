using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>The pixels of which the model was not sure enough, of a summary that was asked for with <c>minConfidence</c>.</summary>
/// <param name="Pixels">Pixels below the confidence that was asked for.</param>
/// <param name="Share">Pixels over Width x Height, 0-1.</param>
/// <param name="MinConfidence">Class name to the confidence that a pixel of it needs, 0-1. Of a class that is not listed no confidence is
/// enough, and all its pixels are unknown: the model's card states none for it.</param>
public sealed record UnknownPixels(long Pixels, double Share, [property: JsonRequired] IReadOnlyDictionary<string, double> MinConfidence);
