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
    private const int MostShown = 40;

    /// <summary>The project in words.</summary>
    public string ProjectName => $"project {Shown(Project)}";

    /// <summary>A number that stands in a body, or what stands in its place, as it is written in logs and tags.</summary>
    public static string Shown(JsonElement id) =>
        id.ValueKind is JsonValueKind.Number or JsonValueKind.String
            ? new string([.. id.GetRawText().Trim('"').Where(static c => c is > ' ' and <= '~').Take(MostShown)])
            : "?";

    /// <summary>The text of a member; null where it has none, or none that is Unicode.</summary>
    public static string? Text(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
