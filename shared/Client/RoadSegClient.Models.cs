using System.Net.Http.Json;
using RoadSeg.Registry;

namespace RoadSeg.Client;

// Promotion and rollback are for operators: others are refused with operator-required.
public sealed partial class RoadSegClient
{
    /// <summary>The versions of a model, newest first, and the moves of the live one.</summary>
    public Task<ModelVersionList> ListModelVersionsAsync(string model, CancellationToken cancel = default) =>
        _calls.ReadAsync(HttpMethod.Get, $"{ModelPath(model)}/versions", RegistryJson.Default.ModelVersionList, null, cancel);

    /// <summary>The card of a version: Markdown.</summary>
    public Task<Stream> OpenModelCardAsync(string model, string version, CancellationToken cancel = default) =>
        _calls.OpenAsync($"{VersionPath(model, version)}/card", cancel);

    /// <summary>Makes a version live. One that is live already stays so.</summary>
    /// <param name="model">Model name.</param>
    /// <param name="version">A published version.</param>
    /// <param name="force">True makes it live though it did not pass its gate; otherwise such a version is refused with
    /// model-gate-failed.</param>
    /// <param name="cancel">Stops.</param>
    /// <returns>The versions after that.</returns>
    public Task<ModelVersionList> PromoteModelAsync(string model, string version, bool force = false, CancellationToken cancel = default) =>
        _calls.ReadAsync(
            HttpMethod.Post,
            $"{VersionPath(model, version)}/promote",
            RegistryJson.Default.ModelVersionList,
            request => request.Content = JsonContent.Create(new PromoteRequest(force), RegistryJson.Default.PromoteRequest),
            cancel
        );

    /// <summary>Makes the version live again that was so before the live one. Sent once: a second call would go one further back.</summary>
    /// <returns>The versions after that.</returns>
    public async Task<ModelVersionList> RollBackModelAsync(string model, CancellationToken cancel = default)
    {
        using var response = await _calls.SendAsync(
            HttpMethod.Post,
            $"{ModelPath(model)}/rollback",
            HttpCompletionOption.ResponseContentRead,
            null,
            cancel
        );
        return await ServiceCalls.BodyAsync(response, RegistryJson.Default.ModelVersionList, cancel);
    }

    private static string ModelPath(string model) => $"v1/models/{Uri.EscapeDataString(model)}";

    private static string VersionPath(string model, string version) => $"{ModelPath(model)}/versions/{Uri.EscapeDataString(version)}";
}
