namespace RoadSeg.Trainer.Pictures;

/// <summary>A one-line font of our own, drawn at any size, so that a picture needs no font of the machine. Printable ASCII; other
/// characters are a box.</summary>
internal static class StrokeFont
{
    /// <summary>Height of a capital in font units; the baseline lies at <see cref="Baseline"/>, descenders reach 0.</summary>
    public const double CapHeight = 6;

    public const double Baseline = 2;

    private const double Gap = 2;
    private const double Space = 3;

    // A character, then its strokes: pairs of digits x y on a grid whose y points up. A stroke of one point is a dot.
    private const string Table = """
        ! 0804 0202|" 0806 2826|# 1218 3238 0444 0646|$ 473818070615354443321203 2921|% 0818170708 3343423233 0248|& 4206071827260403122244
        ' 0806|( 18070312|) 08171302|* 2428 0547 0745|+ 0545 2327|, 1201|- 0535|. 0202|/ 0248|: 0202 0606|; 1201 1616|< 370533|= 0444 0646|> 073503
        ? 07183847462524 2222|@ 3212030718384744242646|[ 18080212|\ 0842|] 08181202|^ 062846|_ 0141|` 0817|{ 28171605141322|} 08171625141302|~ 05163445
        0 120307183847433212|1 172822 1232|2 07183847460242|3 07183847463525 354443321203|4 32380444|5 480805354443321203|6 4738180703123243443505
        7 084812|8 15060718384746351504031232434435|9 0312324347381807061545
        A 022842 1434|B 02083847463505 3544433202|C 4738180703123243|D 02082846442202|E 48080242 0535|F 480802 0535|G 47381807031232434525|H 0208 4248 0545
        I 0222 1218 0828|J 3833221203|K 0208 4804 1542|L 080242|M 0208254842|N 02084248|O 120307183847433212|P 02083847463505|Q 120307183847433212 2442
        R 02083847463505 2542|S 473818070615354443321203|T 0848 2822|U 080312324348|V 082248|W 0812253248|X 0248 0842|Y 082548 2522|Z 08480242
        a 16364542 441403123243|b 0802 0516364543321203|c 4536160503123243|d 4842 4536160503123243|e 04444536160503123243|f 38281712 0636
        g 4641301001 4536160503123243|h 0802 0516364542|i 0206 0808|j 161100 1818|k 0802 3604 1532|l 080312|m 0602 0516263532 3546566562|n 0602 0516364542
        o 120305163645433212|p 0600 0516364543321203|q 4640 4536160503123243|r 0602 05162636|s 45361605143443321203|t 18132232 0636|u 0603123243 4642
        v 062246|w 0612253246|x 0246 0642|y 0622 461000|z 06460242
        """;

    private const string Unknown = "0208484202";

    private static readonly Dictionary<char, (double X, double Y)[][]> Glyphs = Table
        .Split(['|', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(entry => entry[0], entry => Strokes(entry[2..]));

    /// <summary>Width of a line in font units.</summary>
    public static double Width(string text) => Math.Max(0, text.Sum(Advance) - Gap);

    /// <summary>The strokes of a line, in font units from its lower left corner, y upwards.</summary>
    public static IEnumerable<IReadOnlyList<(double X, double Y)>> Line(string text)
    {
        var x = 0.0;
        foreach (var character in text)
        {
            foreach (var stroke in Glyph(character))
            {
                var left = x;
                yield return [.. stroke.Select(p => (p.X + left, p.Y))];
            }

            x += Advance(character);
        }
    }

    private static double Advance(char character) => character == ' ' ? Space : Glyph(character).Max(s => s.Max(p => p.X)) + Gap;

    private static (double X, double Y)[][] Glyph(char character) =>
        character == ' ' ? []
        : Glyphs.TryGetValue(character, out var glyph) ? glyph
        : Strokes(Unknown);

    private static (double X, double Y)[][] Strokes(string text) =>
        [
            .. text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(stroke => stroke.Chunk(2).Select(pair => ((double)(pair[0] - '0'), (double)(pair[1] - '0'))).ToArray()),
        ];
}
