using System.Text.Json.Serialization;

namespace RoadSeg.Datasets;

/// <summary>How far a run is.</summary>
/// <param name="Stage">What is being done: unpacking, listing, reading, writing, storing; when a set is sent: uploading.</param>
/// <param name="Done">Pairs done; files while storing or uploading.</param>
/// <param name="Total">Of how many; 0 while it is not known.</param>
public readonly record struct DatasetProgress([property: JsonRequired] string Stage, int Done, int Total);
