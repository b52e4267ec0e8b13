using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Packaging;

/// <summary>Makes a model package of a folder with a graph, a card and a hand-written manifest: the way by which models from
/// elsewhere come in, and by which a package is stamped anew after an edit.</summary>
public static class ModelPacker
{
    /// <summary>Packs. Every graph is loaded and checked for the faults that exports have, weights beside it come along, the golden mask is
    /// made by the primary graph where the file is missing, and every graph must pass the self-test before anything is written.
    /// <see cref="VipsLibrary.Initialize"/> comes first.</summary>
    /// <param name="source">Folder whose <c>manifest.json</c> is complete or lacks schemaVersion, version, createdAt and files,
    /// which are computed. All its files go into the package; it has no subfolders.</param>
    /// <param name="destination">Folder of the package; may be <paramref name="source"/> with <paramref name="replace"/>.</param>
    /// <param name="time">Source of the creation time.</param>
    /// <param name="replace">Replaces an existing destination.</param>
    /// <returns>The package, loaded again.</returns>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: a broken manifest, graph or self-test.</exception>
    /// <exception cref="IOException">A folder or file cannot be read or written, or the destination exists.</exception>
    public static ModelPackage Pack(string source, string destination, TimeProvider time, bool replace = false)
    {
        var files = ReadFolder(source);
        if (!files.Remove(ManifestRules.ManifestFile, out var manifest))
            throw new RoadSegException(ErrorCodes.ModelInvalid, "The folder has no manifest.json; write one that describes the model.");
        var model = ModelManifestJson.ParseDescription(manifest);

        double? quickest = null;
        foreach (var (precision, file) in model.Graphs.OrderBy(graph => graph.Key))
        {
            using var engine = SegmentationEngine.Load(model, Required(files, file), new EngineOptions { Precision = precision }, files);
            engine.CheckExport();
            if (model.SelfTest is not { } test)
                continue;
            if (!files.ContainsKey(test.Mask))
                files[test.Mask] = GoldenMask(engine, test, name => Required(files, name));
            SelfTestRun.Run(engine, test, name => Required(files, name));
            if (quickest is null)
                model = model with
                {
                    SelfTest = test with
                    {
                        CpuMilliseconds = quickest = engine.QuickestRun(SelfTestRun.ReadInput(test, name => Required(files, name))),
                    },
                };
        }

        var content = files.ToDictionary(file => file.Key, file => (ReadOnlyMemory<byte>)file.Value);
        return new ModelPackageWriter(time).Write(destination, model, content, replace);
    }

    private static Dictionary<string, byte[]> ReadFolder(string source)
    {
        var folder = new DirectoryInfo(source);
        if (folder.EnumerateDirectories().FirstOrDefault() is { } inner)
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"A model package is flat, but the folder holds the folder '{inner.Name}'. Move it elsewhere."
            );
        }

        return folder.EnumerateFiles().ToDictionary(file => file.Name, file => File.ReadAllBytes(file.FullName));
    }

    private static byte[] Required(Dictionary<string, byte[]> files, string name) =>
        files.TryGetValue(name, out var content)
            ? content
            : throw new RoadSegException(ErrorCodes.ModelInvalid, $"The manifest names '{name}', which the folder lacks.");

    private static byte[] GoldenMask(SegmentationEngine engine, SelfTestSpec test, Func<string, byte[]> read)
    {
        var input = SelfTestRun.ReadInput(test, read);
        var result = engine.Segment(input, input.Width, input.Height);
        return MaskPng.Encode(result.ClassIds, result.Width, result.Height, engine.Model.Labels);
    }
}
