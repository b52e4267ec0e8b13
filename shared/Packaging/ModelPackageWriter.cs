using System.Security.Cryptography;
using System.Text;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;

namespace RoadSeg.Packaging;

/// <summary>Writes model packages: computes hashes and the version, and makes the folder appear whole or not at all.</summary>
/// <param name="time">Source of the creation time.</param>
public sealed class ModelPackageWriter(TimeProvider time)
{
    /// <summary>Writes a package.</summary>
    /// <param name="destination">Folder to create. Its parent is created when missing.</param>
    /// <param name="description">What the package is. Every file it names must be among <paramref name="files"/>.</param>
    /// <param name="files">Plain file name to content, the manifest excepted; none of them empty.</param>
    /// <param name="replace">Replaces an existing folder; otherwise one that exists is an error.</param>
    /// <returns>The written package, loaded again and so verified.</returns>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the description breaks a rule or names a file that is not
    /// given.</exception>
    /// <exception cref="IOException">The destination exists and <paramref name="replace"/> is false, or the disk failed. The
    /// destination is as it was.</exception>
    public ModelPackage Write(
        string destination,
        ModelDescription description,
        IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files,
        bool replace = false
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        ArgumentNullException.ThrowIfNull(description);
        ArgumentNullException.ThrowIfNull(files);
        var target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(destination));
        if (!replace && Path.Exists(target))
            throw new IOException($"'{Path.GetFileName(target)}' exists already; choose another folder or replace it.");

        var manifest = ManifestFor(description, files);
        // A name of its own beside the target: writers do not meet, and the rename stays on one disk.
        var staging = $"{target}.{Guid.NewGuid():N}.partial";
        Directory.CreateDirectory(staging);
        try
        {
            foreach (var (name, content) in files)
                WriteThrough(Path.Combine(staging, name), content.Span);
            // The manifest is last: a staging folder with a manifest is complete.
            WriteThrough(Path.Combine(staging, ManifestRules.ManifestFile), ModelManifestJson.Serialize(manifest));
            Publish(staging, target);
        }
        catch
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
            throw;
        }

        return ModelPackage.Load(target);
    }

    private ModelManifest ManifestFor(ModelDescription description, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> files)
    {
        ManifestRules.CheckDescription(description);
        var createdAt = DateTimeOffset.FromUnixTimeSeconds(time.GetUtcNow().ToUnixTimeSeconds());
        var listed = files
            .OrderBy(file => file.Key, StringComparer.Ordinal)
            .ToDictionary(
                file => file.Key,
                file => new PackageFile(Convert.ToHexStringLower(SHA256.HashData(file.Value.Span)), file.Value.Length)
            );
        // The most exact graph stands for the weights.
        var primary = description.Graphs.MinBy(graph => graph.Key).Value;
        if (!listed.TryGetValue(primary, out var graph))
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                $"The description names the graph '{primary}', but no such file was given."
            );
        }

        var manifest = new ModelManifest
        {
            SchemaVersion = ModelManifest.CurrentSchemaVersion,
            Version = $"{createdAt.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{WeightsHash(graph, files[primary], listed)[..12]}",
            CreatedAt = createdAt,
            Files = listed,
            Name = description.Name,
            Description = description.Description,
            Licence = description.Licence,
            Graphs = description.Graphs,
            Architecture = description.Architecture,
            Labels = description.Labels,
            Preprocess = description.Preprocess,
            Input = description.Input,
            Output = description.Output,
            Metrics = description.Metrics,
            Training = description.Training,
            GitCommit = description.GitCommit,
            SelfTest = description.SelfTest,
        };
        ManifestRules.Check(manifest);
        return manifest;
    }

    // The graph's own hash; with the hashes of the files that its weights lie in, where it only refers to them.
    private static string WeightsHash(PackageFile graph, ReadOnlyMemory<byte> content, Dictionary<string, PackageFile> listed)
    {
        var beside = OnnxFile.DataFilesOf(content).Select(name => listed.GetValueOrDefault(name)?.Sha256).OfType<string>().ToList();
        return beside.Count == 0
            ? graph.Sha256
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat([graph.Sha256, .. beside]))));
    }

    private static void WriteThrough(string path, ReadOnlySpan<byte> content)
    {
        using var stream = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        stream.Write(content);
        stream.Flush(flushToDisk: true);
    }

    private static void Publish(string staging, string target)
    {
        if (!Path.Exists(target))
        {
            Directory.Move(staging, target);
            return;
        }

        // Two renames with the old package kept until the new one is in place.
        var retired = $"{staging}.retired";
        Directory.Move(target, retired);
        try
        {
            Directory.Move(staging, target);
        }
        catch
        {
            Directory.Move(retired, target);
            throw;
        }

        Directory.Delete(retired, recursive: true);
    }
}
