using System.Text.Json;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>A task that is to be predicted.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Data">What it is about.</param>
internal sealed record LabelStudioTask(JsonElement Id, IReadOnlyDictionary<string, JsonElement>? Data);
