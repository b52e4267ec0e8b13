using System.Text;
using System.Text.RegularExpressions;
using RoadSeg.Datasets.Files;

namespace RoadSeg.Datasets.Layouts;

/// <summary>A pattern of paths with named parts. Matches in time linear in the path, whatever the pattern.</summary>
internal sealed partial class PathPattern
{
    private const string Extensions = "(?:png|jpe?g|webp|avif|heic|tiff?)";
    private const string SplitWords = "(?:train|training|val|valid|validation|dev|test|testing)";
    private readonly Regex regex;

    /// <param name="text">See <see cref="PatternSpec"/>; <c>{ext}</c> is any image extension.</param>
    /// <param name="anywhere">True: may begin below any folder.</param>
    public PathPattern(string text, bool anywhere)
    {
        text = Nfc.Of(text);
        Text = text;
        var names = new List<string>();
        var pattern = new StringBuilder(anywhere ? "^(?:.*/)?" : "^");
        for (var at = 0; at < text.Length; )
        {
            var part = Part().Match(text, at);
            if (!part.Success)
                throw DatasetErrors.Invalid($"The pattern '{text}' has a brace that is not a {{name}} of letters.");
            at += part.Length;
            pattern.Append(
                part.Groups["name"] switch
                {
                    { Success: true, Value: "ext" } => Extensions,
                    { Success: true, Value: "split" } => Named(names, "split", SplitWords),
                    { Success: true, Value: var name } => Named(names, name, "[^/]+?"),
                    _ => part.Value switch
                    {
                        "**/" => Named(names, "folders", "(?:[^/]+/)*?"),
                        "*" => "[^/]*",
                        _ => Regex.Escape(part.Value),
                    },
                }
            );
        }

        Names = names;
        try
        {
            regex = new Regex(
                pattern.Append("\\z").ToString(),
                RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase
            );
        }
        catch (NotSupportedException e)
        {
            throw DatasetErrors.Invalid(
                $"The pattern '{text[..Math.Min(40, text.Length)]}...' of {text.Length} characters is too long.",
                e
            );
        }
    }

    public string Text { get; }

    /// <summary>The named parts in order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The parts of a path, or null where it does not match.</summary>
    public Match? Match(string path) => regex.Match(path) is { Success: true } match ? match : null;

    public static Split ToSplit(string word) =>
        char.ToLowerInvariant(word[0]) switch
        {
            'v' or 'd' => Split.Val,
            _ => word.StartsWith("te", StringComparison.OrdinalIgnoreCase) ? Split.Test : Split.Train,
        };

    private static string Named(List<string> names, string name, string pattern)
    {
        if (names.Contains(name))
            throw DatasetErrors.Invalid($"A pattern has {{{name}}} twice.");
        names.Add(name);
        return $"(?<{name}>{pattern})";
    }

    [GeneratedRegex(@"\G(?:\{(?<name>[A-Za-z]+)\}|\*\*/|\*|[^{}*]+)", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
