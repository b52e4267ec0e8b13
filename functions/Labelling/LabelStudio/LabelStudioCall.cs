using System.Text.Json;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>The bodies of Label Studio's calls, of which each has some members. Its access token (of setup) is not read: it would let this
/// service do all that a person may, and the operator's own, of <see cref="LabelStudioOptions"/>, is sent nowhere else.</summary>
/// <param name="Tasks">predict: the tasks.</param>
/// <param name="Project">setup, predict and train: the project's id and when it was made, <c>3.1700000000</c>. Of a webhook, the project
/// itself.</param>
/// <param name="LabelConfig">predict: the labelling configuration.</param>
/// <param name="Schema">setup: the same.</param>
/// <param name="Config">validate: the same.</param>
/// <param name="Params">predict: what Label Studio says of itself.</param>
/// <param name="Action">webhook: what happened.</param>
internal sealed record LabelStudioCall(
    IReadOnlyList<LabelStudioTask>? Tasks,
    JsonElement Project,
    string? LabelConfig,
    string? Schema,
    string? Config,
    LabelStudioParams? Params,
    string? Action
)
{
    /// <summary>The project in words.</summary>
    public string ProjectName =>
        $"project {(Project.ValueKind is JsonValueKind.String or JsonValueKind.Number ? Project.ToString() : "?")}";
}
