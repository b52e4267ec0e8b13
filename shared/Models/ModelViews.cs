using RoadSeg.Labels;

namespace RoadSeg.Models;

/// <summary>A model that serves, as the HTTP API shows it.</summary>
/// <param name="Name">Name to ask for it by.</param>
/// <param name="Version">The version that is live.</param>
/// <param name="Description">One paragraph for people.</param>
/// <param name="Licence">Licence of the weights and what it means for use.</param>
/// <param name="Architecture">Architecture, such as deeplabv3plus.</param>
/// <param name="Encoder">Backbone, such as mobilenet_v2.</param>
/// <param name="Metrics">What it reached, on which data and split.</param>
/// <param name="Links">self: the version's manifest.</param>
public sealed record ModelView(
    string Name, string Version, string Description, string Licence, string Architecture, string Encoder, IReadOnlyList<MetricSet> Metrics, IReadOnlyDictionary<string, string> Links);

/// <summary>The models that serve.</summary>
/// <param name="Items">One entry a name.</param>
public sealed record ModelList(IReadOnlyList<ModelView> Items);

/// <summary>A label catalogue as the HTTP API shows it: the classes a model tells apart.</summary>
/// <param name="Model">Model name.</param>
/// <param name="Classes">Id (the mask's pixel value), name and display colour.</param>
public sealed record LabelView(string Model, IReadOnlyList<LabelClass> Classes);

/// <summary>The label catalogues.</summary>
/// <param name="Items">One entry a model.</param>
public sealed record LabelList(IReadOnlyList<LabelView> Items);
