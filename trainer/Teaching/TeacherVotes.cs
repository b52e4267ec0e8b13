namespace RoadSeg.Trainer.Teaching;

/// <summary>What several looks at one photo say: the class with the most confidence, summed, and its mean over all looks. Looks that
/// disagree leave little.</summary>
internal sealed class TeacherVotes(int classes, int width, int height)
{
    private readonly ushort[] _sums = new ushort[classes * width * height];
    private int _looks;

    /// <param name="ids">Of the look's own classes, [height, width].</param>
    /// <param name="confidence">0-255, [height, width].</param>
    /// <param name="classOf">By the look's class id, ours; -1 for none.</param>
    /// <param name="mirrored">The look was at the photo mirrored.</param>
    public void Add(byte[] ids, byte[] confidence, int[] classOf, bool mirrored)
    {
        _looks++;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = (y * width) + (mirrored ? width - 1 - x : x);
                if (classOf[ids[at]] is var id and >= 0)
                    _sums[(((y * width) + x) * classes) + id] += confidence[at];
            }
        }
    }

    /// <summary>Ids [height, width] and their confidence 0-255.</summary>
    public (byte[] Ids, byte[] Confidence) Result()
    {
        var (ids, confidence) = (new byte[width * height], new byte[width * height]);
        for (var i = 0; i < ids.Length; i++)
        {
            var sums = _sums.AsSpan(i * classes, classes);
            var best = 0;
            for (var c = 1; c < classes; c++)
            {
                if (sums[c] > sums[best])
                    best = c;
            }

            (ids[i], confidence[i]) = ((byte)best, (byte)(_looks == 0 ? 0 : sums[best] / _looks));
        }

        return (ids, confidence);
    }
}
