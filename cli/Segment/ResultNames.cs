namespace RoadSeg.Cli.Segment;

/// <summary>What result files are called.</summary>
internal static class ResultNames
{
    // Of the 255 that file systems allow; the rest is for numbers and endings.
    private const int MostBytes = 200;

    /// <summary>A name for each photo's results, which begins with the photo's own: photos of one name, in different folders or of
    /// different formats, do not overwrite each other's, also where letters differ in case alone.</summary>
    public static string[] Of(IReadOnlyList<string> files)
    {
        var given = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. files.Select(file =>
            {
                var name = Shortened(Path.GetFileNameWithoutExtension(file));
                var free = name;
                for (var number = 2; !given.Add(free); number++)
                    free = $"{name}-{number}";
                return free;
            }),
        ];
    }

    /// <summary>The beginning of a name that leaves room for numbers and endings.</summary>
    public static string Shortened(string name)
    {
        var (bytes, length) = (0, 0);
        foreach (var rune in name.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > MostBytes)
                return name[..length];
            length += rune.Utf16SequenceLength;
        }

        return name;
    }
}
