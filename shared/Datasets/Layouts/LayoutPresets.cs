using RoadSeg.Datasets.Mapping;

namespace RoadSeg.Datasets.Layouts;

/// <summary>The layouts that <c>dataset.json</c> may name.</summary>
public static class LayoutPresets
{
    private static readonly Layout[] All =
    [
        CamVid.SegNet,
        CamVid.Original,
        CamVid.Kaggle,
        Cityscapes.Fine,
        new CityscapesPolygons(),
        A2D2.Layout,
        Cityscapes.Idd,
        Cityscapes.IddCityscapes,
        Cityscapes.Bdd100k,
        Cityscapes.Kitti,
        Mapillary.V1,
        Mapillary.V2,
        Coco.Stuff,
        new CocoInstances(),
        new CocoPanoptic(),
        Comma10k.Layout,
        Cvat.Layout,
        new CvatImages(),
        new LabelStudio(),
        new Labelme(),
        new Yolo(),
        RoboflowMasks.Layout,
        new Voc(),
        new Supervisely(),
        new HuggingFaceFolder(),
        new ListPairs(),
        new PatternLayout("pairs", "Any folders: patterns.image and patterns.mask say where, labels says what", [], (_, _) =>
            Task.FromResult<SourceLabels?>(null)
        ),
    ];

    /// <summary>Name and one line about each.</summary>
    public static IReadOnlyList<(string Name, string Summary)> Names { get; } = [.. All.Select(layout => (layout.Name, layout.Summary))];

    /// <exception cref="Errors.RoadSegException">dataset-invalid: there is no such layout.</exception>
    internal static Layout Find(string name) =>
        Array.Find(All, layout => layout.Name == name)
        ?? throw DatasetErrors.Invalid($"There is no layout '{name}': choose of {string.Join(", ", All.Select(layout => layout.Name))}.");
}
