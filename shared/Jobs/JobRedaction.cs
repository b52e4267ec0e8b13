using System.Text.Json.Serialization;
using RoadSeg.Models;

namespace RoadSeg.Jobs;

/// <summary>What was obscured in a job's photo before it was kept.</summary>
/// <param name="Classes">The model's classes whose pixels were, by name.</param>
/// <param name="Margin">Pixels by which each of their areas was widened in all directions.</param>
/// <param name="Probability">Probability of the classes together, 0-1, from which a pixel was one of them, whatever the mask says.</param>
/// <param name="Share">Share of the photo's pixels that was obscured, margin included, 0-1.</param>
/// <param name="Model">The version that found them.</param>
/// <param name="At">When.</param>
public sealed record JobRedaction(
    [property: JsonRequired] IReadOnlyList<string> Classes,
    int Margin,
    double Probability,
    double Share,
    [property: JsonRequired] ModelPin Model,
    DateTimeOffset At
);
