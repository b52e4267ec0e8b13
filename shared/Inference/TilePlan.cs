using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>How a photo is looked at in detail: whole, as always, and in overlapping tiles of the model's input size near the photo's own
/// resolution. What it costs is known from the photo's size alone.</summary>
/// <remarks>With <c>own</c> for how many times the photo is larger than the model's input, along the side where that is less, there are n
/// tiles along each side: the fewest that reach 0.85 own, where n tiles reach 1 + 0.75 (n - 1), and no more than the limits allow. The
/// tiles are n * n; the model runs once more for the whole photo. Where n is 1 it runs once, and the result is that of no detail.</remarks>
/// <param name="Width">Width in pixels of the picture that the tiles are cut from, a multiple of the output's stride.</param>
/// <param name="Height">Its height in pixels.</param>
/// <param name="TileWidth">Width of a tile in pixels: the model's input for the whole photo.</param>
/// <param name="TileHeight">Its height in pixels.</param>
/// <param name="PerSide">Tiles along each side, 1-8.</param>
public sealed record TilePlan(int Width, int Height, int TileWidth, int TileHeight, int PerSide)
{
    /// <summary>Tiles at most, unless a setting says otherwise.</summary>
    public const int DefaultMaxTiles = 9;

    /// <summary>Tiles that a setting can allow at most.</summary>
    public const int MostTiles = 64;

    /// <summary>Of a tile's side, what the next one covers again at least.</summary>
    internal const double Overlap = 0.25;

    // Of its own resolution a photo keeps at least so much before there are more tiles.
    private const double NearEnough = 0.85;

    // Bounds of what a job holds: the picture in storage and memory, and the blended scores.
    private const long MostPixels = 8_000_000,
        MostScores = 16 << 20;

    /// <summary>Tiles altogether.</summary>
    public int Tiles => PerSide * PerSide;

    /// <summary>How often the model runs.</summary>
    public int Runs => PerSide == 1 ? 1 : Tiles + 1;

    /// <summary>What the tiles' scores count beside those of the whole photo, 0-1: the less the closer they look, since the less of the
    /// scene each of them sees. Chosen on CamVid val (docs/decisions/0032).</summary>
    internal float TileShare => 2f / (2f + ((float)Width / TileWidth));

    /// <summary>The plan for a photo.</summary>
    /// <param name="width">Oriented width of the photo in pixels.</param>
    /// <param name="height">Oriented height of the photo in pixels.</param>
    /// <param name="model">The model; one whose output cannot be blended (class ids, or a stride that does not divide its input) runs
    /// once.</param>
    /// <param name="maxTiles">Tiles at most, 1-64.</param>
    public static TilePlan Of(int width, int height, ModelDescription model, int maxTiles = DefaultMaxTiles)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxTiles, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxTiles, MostTiles);
        var (tileWidth, tileHeight) = model.Preprocess.InputSize(width, height);
        var own = Math.Min((double)width / tileWidth, (double)height / tileHeight);
        var stride = model.Output.Stride;
        var blends = model.Output.Kind != OutputKind.ClassIds && tileWidth % stride == 0 && tileHeight % stride == 0;
        var most = blends ? (int)Math.Sqrt(maxTiles) : 1;
        var perSide = 1;
        while (perSide < most && Reach(perSide) < NearEnough * own)
            perSide++;
        for (; perSide > 1; perSide--)
        {
            var zoom = Math.Min(own, Reach(perSide));
            var plan = new TilePlan(Snap(zoom * tileWidth), Snap(zoom * tileHeight), tileWidth, tileHeight, perSide);
            var pixels = (long)plan.Width * plan.Height;
            if (pixels <= MostPixels && pixels / (stride * stride) * model.Output.Channels(model.Labels.Count) <= MostScores)
                return plan;
        }

        return new TilePlan(tileWidth, tileHeight, tileWidth, tileHeight, 1);

        int Snap(double side) => stride * (int)Math.Round(side / stride, MidpointRounding.AwayFromZero);
    }

    /// <summary>Where the tiles of one side begin, in cells of the output.</summary>
    internal int[] Starts(int side, int tile, int stride) =>
        [
            .. Enumerable
                .Range(0, PerSide)
                .Select(i =>
                    (int)Math.Round((double)i * (side - tile) / (Math.Max(1, PerSide - 1) * stride), MidpointRounding.AwayFromZero)
                ),
        ];

    // Zoom over the whole photo's run that so many tiles of a side reach.
    private static double Reach(int perSide) => 1 + ((1 - Overlap) * (perSide - 1));
}
