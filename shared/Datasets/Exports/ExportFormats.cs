using RoadSeg.Errors;

namespace RoadSeg.Datasets.Exports;

/// <summary>The forms in which labels go back to tools.</summary>
public static class ExportFormats
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ExportFormat> All { get; } =
    [
        new("cvat", "CVAT for images 1.1: annotations.xml with a mask a region, labels.json for the project", (set, files) =>
            new CvatWriter(set, files)
        ),
        new("label-studio", "Label Studio: tasks.json with a brush a region, label_config.xml", (set, files) =>
            new LabelStudioWriter(set, files)
        ),
        new("coco", "COCO instances: polygons, and run lengths for regions with holes", (set, files) => new CocoWriter(set, files)),
        new("yolo", "YOLO segmentation as Ultralytics reads it: data.yaml, an outline a region", (set, files) =>
            new YoloWriter(set, files)
        ),
        new("labelme", "Labelme: x.json beside x.png, an outline a region", (set, files) => new LabelmeWriter(set, files)),
        new("voc", "Pascal VOC: SegmentationClass, class_names.txt; with labelmap.txt CVAT's segmentation mask 1.1", (set, files) =>
            new VocWriter(set, files)
        ),
        new("huggingface", "Hugging Face image folder: metadata.jsonl, id2label.json", (set, files) => new HuggingFaceWriter(set, files)),
    ];

    /// <summary>Names of all of them, as a sentence has them.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(format => format.Name));

    /// <summary>A form by its name.</summary>
    /// <exception cref="RoadSegException">request-invalid: there is none; names the nearest.</exception>
    public static ExportFormat Find(string name) =>
        All.FirstOrDefault(format => format.Name == name)
        ?? throw new RoadSegException(
            ErrorCodes.RequestInvalid,
            $"There is no form '{Shown(name)}' to export to{Spelling.Hint(name, All.Select(format => format.Name))} Known are {Names}."
        );

    private static string Shown(string name) => DatasetErrors.Shown(name).Trim('\'');
}
