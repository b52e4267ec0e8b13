using System.Text.Json.Serialization;
using RoadSeg.Work;

namespace RoadSeg.Datasets.Audits;

/// <summary>The latest audit of a version as the HTTP API shows it.</summary>
/// <param name="Dataset">Name of the set.</param>
/// <param name="Version">The version.</param>
/// <param name="Model">Name of the model that audits.</param>
/// <param name="ModelVersion">Its version.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CreatedAt">When it was asked for.</param>
/// <param name="StartedAt">When a process first took it.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Progress">How many photos of how many it has looked at.</param>
/// <param name="Failure">Why it failed.</param>
/// <param name="Setback">What last stopped it; it is tried again by itself.</param>
/// <param name="Regions">Regions that are listed; 0 until it succeeded.</param>
/// <param name="Links">Addresses by name, relative to the service: self, and once it succeeded regions (JSON) and page (HTML, the report of
/// the version).</param>
public sealed record AuditView(
    [property: JsonRequired] string Dataset,
    [property: JsonRequired] string Version,
    [property: JsonRequired] string Model,
    [property: JsonRequired] string ModelVersion,
    AuditState State,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt,
    DatasetProgress? Progress,
    WorkFailure? Failure,
    DatasetSetback? Setback,
    int Regions,
    [property: JsonRequired] IReadOnlyDictionary<string, string> Links
)
{
    /// <summary>Address of an audit.</summary>
    public static string AddressOf(string dataset, string version) =>
        $"/v1/datasets/{Uri.EscapeDataString(dataset)}/versions/{Uri.EscapeDataString(version)}/audit";

    /// <summary>The view of a record.</summary>
    public static AuditView Of(AuditRecord audit)
    {
        ArgumentNullException.ThrowIfNull(audit);
        var self = AddressOf(audit.Dataset, audit.Version);
        var links = new Dictionary<string, string> { ["self"] = self };
        if (audit.State == AuditState.Succeeded)
        {
            links["regions"] = $"{self}/regions";
            links["page"] = $"{self[..self.LastIndexOf('/')]}/report.html";
        }

        return new AuditView(
            audit.Dataset,
            audit.Version,
            audit.Model.Model,
            audit.Model.Version,
            audit.State,
            audit.CreatedAt,
            audit.StartedAt,
            audit.FinishedAt,
            audit.Progress,
            audit.Failure,
            audit.Setback,
            audit.Regions,
            links
        );
    }
}
