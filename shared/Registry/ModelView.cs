using System.Text.Json.Serialization;
using RoadSeg.Models;

namespace RoadSeg.Registry;

/// <summary>A model, as the HTTP API shows it.</summary>
/// <param name="Name">Name to ask for it by.</param>
/// <param name="Version">The version that is live; of a model that never had one, the newest.</param>
/// <param name="Description">One paragraph for people.</param>
/// <param name="Licence">Licence of the weights and what it means for use.</param>
/// <param name="Architecture">Architecture, such as deeplabv3plus.</param>
/// <param name="Encoder">Backbone, such as mobilenet_v2.</param>
/// <param name="Metrics">What it reached, on which data and split.</param>
/// <param name="Links">self: the version's manifest; versions.</param>
/// <param name="State">live, or candidate where no version is live yet.</param>
/// <param name="Serving">The version in use for jobs that name no model, in the process that answers; absent for other models. It follows
/// the live version within seconds.</param>
/// <param name="Notice">Why that process does not serve the live version; absent while all is well.</param>
public sealed record ModelView(
    [property: JsonRequired] string Name,
    [property: JsonRequired] string Version,
    [property: JsonRequired] string Description,
    [property: JsonRequired] string Licence,
    [property: JsonRequired] string Architecture,
    [property: JsonRequired] string Encoder,
    [property: JsonRequired] IReadOnlyList<MetricSet> Metrics,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links,
    ModelState State = ModelState.Live,
    string? Serving = null,
    string? Notice = null
);
