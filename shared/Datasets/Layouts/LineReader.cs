using System.Text;

namespace RoadSeg.Datasets.Layouts;

/// <summary>The lines of a list of any length. One that no list of files has is given cut short, and is not held whole in memory.</summary>
internal sealed class LineReader(Stream stream) : IDisposable
{
    /// <summary>Characters of a line.</summary>
    public const int MaxLine = 1 << 20;

    private readonly StreamReader reader = new(stream, Encoding.UTF8);
    private readonly char[] buffer = new char[1 << 14];
    private readonly StringBuilder line = new();
    private int at;
    private int filled;

    /// <summary>False when the latest line was longer than <see cref="MaxLine"/>.</summary>
    public bool IsWhole { get; private set; }

    /// <returns>The next line without its end, or null after the last.</returns>
    public async Task<string?> ReadAsync(CancellationToken cancel)
    {
        line.Clear();
        var (any, whole) = (false, true);
        while (true)
        {
            if (at == filled)
            {
                (at, filled) = (0, await reader.ReadAsync(buffer, cancel));
                if (filled == 0)
                    break;
            }

            any = true;
            var rest = buffer.AsSpan(at, filled - at);
            var end = rest.IndexOf('\n');
            var part = end < 0 ? rest : rest[..end];
            whole &= line.Length + part.Length <= MaxLine;
            line.Append(part[..Math.Min(part.Length, MaxLine - line.Length)]);
            at += end < 0 ? part.Length : end + 1;
            if (end >= 0)
                break;
        }

        IsWhole = whole;
        return any ? line.ToString().TrimEnd('\r') : null;
    }

    public void Dispose() => reader.Dispose();
}
