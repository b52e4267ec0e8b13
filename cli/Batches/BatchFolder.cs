using System.Text.Json;
using RoadSeg.Cli.Service;
using RoadSeg.Work;

namespace RoadSeg.Cli.Batches;

/// <summary>What a batch of a folder remembers beside its results, so that it goes on where it was interrupted: which photos were sent, as
/// lines of a file that only grows.</summary>
internal sealed class BatchFolder : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "roadseg-batch.txt";

    /// <summary>Name of the tag that the photos' jobs have, by which the batch takes them in.</summary>
    public const string Tag = "roadseg-batch";

    private const string Begun = "roadseg batch ";
    private const string Made = "batch ";
    private const string Sent = "sent ";

    private static readonly HashSet<string> Extensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg",
        ".jpeg",
        ".png",
        ".webp",
        ".avif",
        ".tif",
        ".tiff",
        ".heic",
        ".heif",
    };

    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);

    private BatchFolder(StreamWriter log, string key) => (_log, Key) = (log, key);

    /// <summary>The value of <see cref="Tag"/>, and what makes each upload the same when it is repeated.</summary>
    public string Key { get; private set; }

    /// <summary>The batch, once it was made.</summary>
    public WorkId? Batch { get; private set; }

    /// <summary>Opens what was begun in a folder, or begins.</summary>
    /// <exception cref="CommandFailedException">The file is another's.</exception>
    public static BatchFolder Open(string folder)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, FileName);
        var lines = File.Exists(path) ? File.ReadAllLines(path) : [];
        if (lines.Length > 0 && !lines[0].StartsWith(Begun, StringComparison.Ordinal))
            throw new CommandFailedException($"{path} is no file of a batch. Name another folder with --out, or move it away.");
        var log = new BatchFolder(
            new StreamWriter(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read)) { AutoFlush = true },
            lines.Length > 0 ? lines[0][Begun.Length..] : Guid.NewGuid().ToString("N")
        );
        if (lines.Length == 0)
            log._log.WriteLine(Begun + log.Key);
        foreach (var line in lines)
        {
            if (line.StartsWith(Sent, StringComparison.Ordinal) && TryName(line[Sent.Length..]) is { } name)
                log._sent.Add(name);
            else if (line.StartsWith(Made, StringComparison.Ordinal) && WorkId.TryParse(line[Made.Length..], out var id))
                log.Batch = id;
        }

        return log;
    }

    // Hidden files are none: macOS puts one beside each photo. A folder that cannot be read keeps no other from being.
    private static readonly EnumerationOptions Below = new() { RecurseSubdirectories = true, IgnoreInaccessible = true };

    /// <summary>Names of the photos below a folder, with '/' between the parts, in their order.</summary>
    public static IReadOnlyList<string> Photos(string folder) =>
        [
            .. Directory
                .EnumerateFiles(folder, "*", Below)
                .Where(static file => Extensions.Contains(Path.GetExtension(file)))
                .Select(file => Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/'))
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>Whether a photo was sent.</summary>
    public bool IsSent(string name) => _sent.Contains(name);

    /// <summary>Notes that a photo was sent.</summary>
    public void Note(string name)
    {
        lock (_gate)
        {
            _sent.Add(name);
            _log.WriteLine(Sent + JsonSerializer.Serialize(name, NamesJson.Default.String));
        }
    }

    /// <summary>Notes the batch that was made of them.</summary>
    public void Note(WorkId batch)
    {
        Batch = batch;
        _log.WriteLine($"{Made}{batch}");
    }

    public void Dispose() => _log.Dispose();

    // The last line of a process that died may be half of one.
    private static string? TryName(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, NamesJson.Default.String);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
