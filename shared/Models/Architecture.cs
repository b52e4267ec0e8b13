using System.Text.Json;

namespace RoadSeg.Models;

/// <summary>What network the graph is: for people and for the trainer; the engine does not read it.</summary>
/// <param name="Name">Architecture, such as <c>deeplabv3plus</c>.</param>
/// <param name="Encoder">Backbone, such as <c>mobilenet_v2</c>.</param>
/// <param name="OutputStride">Input pixels per cell of the encoder's last feature map.</param>
/// <param name="Settings">Everything else, free-form; null when there is nothing to say.</param>
public sealed record Architecture(string Name, string Encoder, int OutputStride, JsonElement? Settings = null);
