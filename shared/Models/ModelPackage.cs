using System.Security.Cryptography;
using RoadSeg.Errors;

namespace RoadSeg.Models;

/// <summary>A folder with <c>manifest.json</c> and the files it lists, all of them verified.</summary>
public sealed class ModelPackage
{
    private const long MaxManifestBytes = 4 << 20;

    private ModelPackage(string folder, ModelManifest manifest)
    {
        Folder = folder;
        Manifest = manifest;
    }

    /// <summary>Absolute path of the folder.</summary>
    public string Folder { get; }

    /// <summary>What the folder holds.</summary>
    public ModelManifest Manifest { get; }

    /// <summary>Opens a package: reads the manifest, then checks that every listed file exists with the stated length and SHA-256.
    /// Files that are not listed are never read.</summary>
    /// <param name="folder">Folder that holds <c>manifest.json</c>.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>; the message names the file and what is wrong with it.</exception>
    public static ModelPackage Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var root = Path.GetFullPath(folder);
        var package = new ModelPackage(root, ModelManifestJson.Parse(ReadManifest(root)));
        foreach (var name in package.Manifest.Files.Keys)
            package.Verify(name);
        return package;
    }

    /// <summary>The path of a listed file; its content was verified when the package was loaded.</summary>
    /// <param name="name">Key of <see cref="ModelManifest.Files"/>.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the manifest does not list it.</exception>
    public string PathOf(string name) =>
        Manifest.Files.ContainsKey(name) ? Path.Combine(Folder, name) : throw Invalid(name, "is not listed in the manifest");

    /// <summary>Reads a listed file and verifies the very bytes it returns: a file replaced after <see cref="Load"/> is caught.</summary>
    /// <param name="name">Key of <see cref="ModelManifest.Files"/>.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: not listed, gone or changed.</exception>
    public byte[] ReadFile(string name)
    {
        byte[] content;
        try
        {
            content = File.ReadAllBytes(PathOf(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(name, "cannot be read", e);
        }

        CheckLength(name, content.LongLength);
        CheckHash(name, SHA256.HashData(content));
        return content;
    }

    /// <summary>A listed file's content as <see cref="ReadFile"/> gives it; null for a name that the manifest does not list.</summary>
    /// <param name="name">Any name, such as one that a graph gives for its weights.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: listed, and gone or changed.</exception>
    public byte[]? ReadIfListed(string name) => Manifest.Files.ContainsKey(name) ? ReadFile(name) : null;

    private static byte[] ReadManifest(string root)
    {
        var path = Path.Combine(root, ManifestRules.ManifestFile);
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MaxManifestBytes })
                throw Invalid(ManifestRules.ManifestFile, $"is larger than {MaxManifestBytes} bytes");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(ManifestRules.ManifestFile, "is missing or cannot be read", e);
        }
    }

    private void Verify(string name)
    {
        var file = new FileInfo(PathOf(name));
        if (!file.Exists)
            throw Invalid(name, "is missing");
        CheckLength(name, file.Length);
        try
        {
            using var stream = file.OpenRead();
            CheckHash(name, SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Invalid(name, "cannot be read", e);
        }
    }

    private void CheckLength(string name, long bytes)
    {
        if (bytes != Manifest.Files[name].Bytes)
            throw Invalid(name, $"has {bytes} bytes where the manifest says {Manifest.Files[name].Bytes}");
    }

    private void CheckHash(string name, byte[] hash)
    {
        var actual = Convert.ToHexStringLower(hash);
        if (actual != Manifest.Files[name].Sha256)
            throw Invalid(name, $"has SHA-256 {actual} where the manifest says {Manifest.Files[name].Sha256}");
    }

    private static RoadSegException Invalid(string file, string reason, Exception? inner = null) =>
        new(ErrorCodes.ModelInvalid, $"Model package file '{file}' {reason}; copy or publish the package again.", inner);
}
