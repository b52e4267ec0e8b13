using System.Text.Json;
using RoadSeg.Cli.Service;
using RoadSeg.Work;

namespace RoadSeg.Cli.Batches;

/// <summary>What a batch of a folder remembers beside its results, so that it goes on where it was interrupted: which photos were sent
/// and which not, as lines of a file that only grows.</summary>
internal sealed class BatchFolder : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "roadseg-batch.txt";

    /// <summary>Name of the tag that the photos' jobs have, by which the batch takes them in.</summary>
    public const string Tag = "roadseg-batch";

    private const string Begun = "roadseg batch ";
    private const string Made = "batch ";
    private const string Sent = "sent ";
    private const string LeftOut = "left ";
    private const string Unmet = "unmet ";

    private readonly StreamWriter _log;
    private readonly Lock _gate = new();
    private readonly HashSet<string> _sent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _left = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _tries = new(StringComparer.Ordinal);
    private readonly HashSet<WorkId> _unmet = [];

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
            log.Take(line);
        return log;
    }

    private void Take(string line)
    {
        if (line.StartsWith(Sent, StringComparison.Ordinal) && TryName(line[Sent.Length..]) is { } sent)
            _sent.Add(sent);
        else if (line.StartsWith(LeftOut, StringComparison.Ordinal) && TryName(line[LeftOut.Length..]) is { } left)
            _left.Add(left);
        else if (
            line.Split(' ', 3) is [_, var of, var quoted]
            && line.StartsWith(Unmet, StringComparison.Ordinal)
            && WorkId.TryParse(of, out var job)
            && TryName(quoted) is { } name
        )
            Count(name, job);
        else if (line.StartsWith(Made, StringComparison.Ordinal) && WorkId.TryParse(line[Made.Length..], out var id))
            Batch = id;
    }

    /// <summary>Whether a photo was sent.</summary>
    public bool IsSent(string name) => _sent.Contains(name);

    /// <summary>Whether a photo could not be sent, and was not since.</summary>
    public bool IsLeftOut(string name) => _left.Contains(name) && !_sent.Contains(name);

    /// <summary>How many jobs of a photo ended without it.</summary>
    public int Tries(string name)
    {
        lock (_gate)
            return _tries.GetValueOrDefault(name);
    }

    /// <summary>The jobs that never got their photos. They have the tag all the same.</summary>
    public IReadOnlyList<WorkId> WithoutPhoto
    {
        get
        {
            lock (_gate)
                return [.. _unmet];
        }
    }

    /// <summary>Notes that a photo was sent.</summary>
    public void NoteSent(string name)
    {
        lock (_gate)
        {
            _sent.Add(name);
            _log.WriteLine(Sent + Quoted(name));
        }
    }

    /// <summary>Notes that a photo cannot be sent, and that the batch is made without it.</summary>
    public void NoteLeftOut(string name)
    {
        lock (_gate)
        {
            if (_left.Add(name))
                _log.WriteLine(LeftOut + Quoted(name));
        }
    }

    /// <summary>Notes that a job will not get its photo.</summary>
    public void NoteWithoutPhoto(string name, WorkId job)
    {
        lock (_gate)
        {
            Count(name, job);
            _log.WriteLine($"{Unmet}{job} {Quoted(name)}");
        }
    }

    /// <summary>Notes the batch that was made of them.</summary>
    public void NoteBatch(WorkId batch)
    {
        Batch = batch;
        _log.WriteLine($"{Made}{batch}");
    }

    public void Dispose() => _log.Dispose();

    private void Count(string name, WorkId job)
    {
        _unmet.Add(job);
        _tries[name] = _tries.GetValueOrDefault(name) + 1;
    }

    private static string Quoted(string name) => JsonSerializer.Serialize(name, NamesJson.Default.String);

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
