using System.Text.Json;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>One instruction, its line continuations joined, its comments gone.</summary>
internal sealed record Instruction(string Keyword, string Arguments)
{
    /// <summary>The exec form's words, or null for the shell form.</summary>
    public IReadOnlyList<string>? Words
    {
        get
        {
            var text = Regex.Replace(Arguments, @"^(--\S+\s+)*(CMD\s+)?", "");
            return text.StartsWith('[') ? JsonSerializer.Deserialize<string[]>(text) : null;
        }
    }

    public string? Flag(string name) => Regex.Match(Arguments, $@"--{name}=(\S+)") is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Arguments without flags, split at white space outside quotes.</summary>
    public IReadOnlyList<string> Plain => [.. Regex.Matches(Arguments, """(?:[^\s"]|"(?:\\.|[^"])*")+""").Select(word => word.Value).Where(word => !word.StartsWith("--", StringComparison.Ordinal))];

    /// <summary>NAME=value pairs of ENV, LABEL and ARG.</summary>
    public IEnumerable<(string Name, string Value)> Pairs => Plain.Select(word => word.Split('=', 2)).Select(pair => (pair[0], pair.Length > 1 ? pair[1].Trim('"') : ""));
}

/// <summary>A build stage and what it inherits from the stages of the same file.</summary>
internal sealed record Stage(string Name, string Base, Stage? Parent, IReadOnlyList<Instruction> Own)
{
    public IEnumerable<Instruction> All => [.. Parent?.All ?? [], .. Own];

    public IEnumerable<Instruction> Of(string keyword) => All.Where(instruction => instruction.Keyword == keyword);

    /// <summary>The image that the chain of stages begins with.</summary>
    public string Image => Parent?.Image ?? Base;
}

/// <summary>A Dockerfile, read as Docker reads it.</summary>
internal sealed class Dockerfile
{
    private Dockerfile(string path)
    {
        Path = path;
        Instructions = [.. Read(Tree.Read(path))];
        var stages = new List<Stage>();
        foreach (var instruction in Instructions)
        {
            if (instruction.Keyword == "FROM")
            {
                var words = instruction.Plain;
                var name = words.Count == 3 && words[1].Equals("AS", StringComparison.OrdinalIgnoreCase) ? words[2] : $"{stages.Count}";
                stages.Add(new Stage(name, words[0], stages.Find(stage => stage.Name == words[0]), new List<Instruction>()));
            }
            else if (stages.Count > 0)
            {
                ((List<Instruction>)stages[^1].Own).Add(instruction);
            }
        }

        Stages = stages;
    }

    public static IReadOnlyList<Dockerfile> All { get; } =
        [.. Tree.Files.Where(file => file.StartsWith("infra/docker/", StringComparison.Ordinal) && file.EndsWith("Dockerfile", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(file => new Dockerfile(file))];

    public string Path { get; }

    public IReadOnlyList<Instruction> Instructions { get; }

    public IReadOnlyList<Stage> Stages { get; }

    /// <summary>Stages that run: those with an entry point of their own.</summary>
    public IEnumerable<Stage> Targets => Stages.Where(stage => stage.Own.Any(instruction => instruction.Keyword == "ENTRYPOINT"));

    public static Dockerfile Of(string path) => All.Single(file => file.Path == path);

    private static IEnumerable<Instruction> Read(string text)
    {
        var joined = "";
        foreach (var line in text.Split('\n'))
        {
            // A comment inside a continued instruction does not end it.
            if (line.TrimStart().StartsWith('#'))
                continue;
            var trimmed = line.TrimEnd();
            if (trimmed.EndsWith('\\'))
            {
                joined += trimmed[..^1] + " ";
                continue;
            }

            joined = (joined + trimmed).Trim();
            if (joined.Length > 0)
            {
                var words = joined.Split((char[])[' ', '\t'], 2, StringSplitOptions.RemoveEmptyEntries);
                yield return new Instruction(words[0].ToUpperInvariant(), words.Length > 1 ? words[1].Trim() : "");
            }

            joined = "";
        }
    }
}

/// <summary>What .dockerignore leaves of the context: the last pattern that fits a path, or a folder above it, decides.</summary>
internal static class Context
{
    private static readonly (Regex Pattern, bool Keep)[] Patterns = [.. Tree.Read(".dockerignore").Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(Pattern)];

    /// <summary>Whether a file of the checkout is sent to the builder.</summary>
    public static bool HasFile(string path) => Tree.Files.Contains(path) && !Ignored(path);

    /// <summary>Whether a file or anything of a folder is sent.</summary>
    public static bool Has(string path) => HasFile(path) || Tree.Files.Any(file => file.StartsWith(path.TrimEnd('/') + "/", StringComparison.Ordinal) && !Ignored(file));

    private static bool Ignored(string path) => Patterns.LastOrDefault(p => p.Pattern.IsMatch(path)) is { Pattern: not null, Keep: false };

    private static (Regex, bool) Pattern(string line)
    {
        var keep = line.StartsWith('!');
        var glob = Regex.Escape(line.TrimStart('!').Trim('/'))
            .Replace(@"\*\*/", "(?:.*/)?", StringComparison.Ordinal)
            .Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal)
            .Replace(@"\?", "[^/]", StringComparison.Ordinal);
        return (new Regex($"^{glob}(?:/.*)?$"), keep);
    }
}
