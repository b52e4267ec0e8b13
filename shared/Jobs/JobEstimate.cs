using System.Text.Json.Serialization;
using RoadSeg.Models;

namespace RoadSeg.Jobs;

/// <summary>What a photo of a size costs, before it is submitted.</summary>
/// <param name="Width">Width of the photo in pixels, as people see it.</param>
/// <param name="Height">Height of the photo in pixels.</param>
/// <param name="Detail">How closely it would be looked at.</param>
/// <param name="Model">The version that a job submitted now is for.</param>
/// <param name="Runs">How often the model would run: 1, or the tiles and once for the whole photo.</param>
/// <param name="Tiles">How many tiles it would look at; 0 where it looks at the whole photo only.</param>
/// <param name="Input">Size in pixels at which the photo is kept for the model, and cut into tiles.</param>
public sealed record JobEstimate(
    int Width,
    int Height,
    JobDetail Detail,
    [property: JsonRequired] ModelPin Model,
    int Runs,
    int Tiles,
    [property: JsonRequired] JobInput Input
);
