namespace RoadSeg.Datasets.Layouts;

/// <summary>Divisions by the words that people call them.</summary>
internal static class SplitWords
{
    /// <summary>The split of a word, or null for any other word.</summary>
    public static Split? Of(string word) =>
        word.ToLowerInvariant() switch
        {
            "train" or "training" => Split.Train,
            "val" or "valid" or "validation" or "dev" => Split.Val,
            "test" or "testing" or "eval" => Split.Test,
            _ => null,
        };

    /// <summary>The split that a path names: in its file name, such as <c>instances_train2017.json</c>, else in the innermost folder that
    /// names one; null for none.</summary>
    public static Split? OfPath(string path)
    {
        foreach (var part in path.Split('/').Reverse())
        {
            if (Words(part).Select(Of).FirstOrDefault(split => split is not null) is { } split)
                return split;
        }

        return null;
    }

    private static string[] Words(string text) =>
        string.Concat(text.Select(c => char.IsAsciiLetter(c) ? c : ' ')).Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
