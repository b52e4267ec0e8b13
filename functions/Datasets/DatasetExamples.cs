using System.Text.Json;
using System.Text.Json.Nodes;
using RoadSeg.Datasets;
using RoadSeg.Datasets.Comparison;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Work;

namespace RoadSeg.Functions.Datasets;

/// <summary>Examples of data sets in the OpenAPI document.</summary>
internal static class DatasetExamples
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly DatasetRecord Ready = new()
    {
        Name = "city-2026",
        State = DatasetState.Ready,
        Drop = "0x8DE7A1B2C3D4E5F",
        ReceivedAt = Noon,
        FinishedAt = Noon.AddSeconds(95),
        Version = "5f0c1d2e3a4b5c6d",
        Versions = ["0123456789abcdef", "5f0c1d2e3a4b5c6d"],
        Training = WorkId.ForDrop("trainings", "city-2026", "0x8DE7A1B2C3D4E5F"),
    };

    private static readonly DatasetReport Report = new()
    {
        Name = "city-2026",
        Layout = "pairs",
        Licence = "CC BY 4.0",
        CreatedAt = Noon.AddSeconds(90),
        Version = "5f0c1d2e3a4b5c6d",
        Files = 2003,
        Pairs = 1001,
        Usable = 1000,
        Target = new PreprocessSpec(ResizeMode.Stretch, 256, 256, 1),
        SplitBy = SplitSource.Seed,
        Splits = [new SplitCount(Split.Train, 800, 16), new SplitCount(Split.Val, 100, 2), new SplitCount(Split.Test, 100, 2)],
        Sizes = [new SizeCount(1920, 1208, 1000)],
        Classes =
        [
            new ClassCount(0, "road", RgbColor.Parse("#804080"), 40_000_000, 0.8, 1000),
            new ClassCount(1, "car", RgbColor.Parse("#0000ff"), 10_000_000, 0.2, 640),
        ],
        Values = [new ValueCount("#804080", "", "road", 1_400_000_000, 1000), new ValueCount("#ff0000", "", "car", 350_000_000, 640)],
        Pixels = 2_321_000_000,
        UnknownPixels = 0,
        LabelMapSha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        Faults =
        [
            new FaultGroup(
                FaultKind.ImageWithoutMask,
                true,
                1,
                0,
                [new DatasetFault(FaultKind.ImageWithoutMask, "images/drive-7/0099.jpg", "No mask has the identifier drive-7/0099.")]
            ),
        ],
        Notes = [],
    };

    private static readonly DatasetComparison Comparison = new()
    {
        Before = new ComparedVersion("city-2026", "0123456789abcdef", 990, 49_000_000),
        After = new ComparedVersion("city-2026", "5f0c1d2e3a4b5c6d", 1000, 50_000_000),
        Added = ["drive-9/0001"],
        Removed = [],
        Replaced = [],
        Relabelled = [new RelabelledPhoto("drive-7/0099", 612, 307_200)],
        Moved = [new MovedPhoto("drive-7/0100", Split.Train, Split.Val)],
        Unchanged = 988,
        Changes = [new ChangedPair("road", "car", 612, 1)],
        Classes = [new ComparedClass("road", RgbColor.Parse("#804080"), 39_200_000, 40_000_000, 0.8, 0.8)],
        Notes = [],
    };

    /// <summary>The example of an operation's answer; null for operations of other resources.</summary>
    public static JsonNode? Of(string operation, string status) =>
        (operation, status) switch
        {
            ("listDatasets", "200") => JsonSerializer.SerializeToNode(
                new DatasetList([DatasetView.Of(Ready)]),
                DatasetRecordJson.Default.DatasetList
            ),
            ("getDataset", "200") => JsonSerializer.SerializeToNode(
                DatasetView.Of(
                    Ready with
                    {
                        State = DatasetState.Checking,
                        FinishedAt = null,
                        Training = null,
                        Progress = new DatasetProgress("reading", 412, 1001),
                        Version = "0123456789abcdef",
                        Versions = ["0123456789abcdef"],
                    }
                ),
                DatasetRecordJson.Default.DatasetView
            ),
            ("compareDatasetVersions", "200") => JsonNode.Parse(Comparison.ToJson()),
            ("getDatasetReport" or "getDatasetVersionReport", "200") => JsonNode.Parse(Report.ToJson()),
            _ => null,
        };
}
