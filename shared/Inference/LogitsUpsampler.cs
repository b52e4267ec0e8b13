using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using RoadSeg.Errors;

namespace RoadSeg.Inference;

/// <summary>From logits of a small grid to class and confidence of every pixel of a large image in one pass: bilinear
/// interpolation of the logits (half-pixel centres, align_corners=false, clamped edges), softmax, argmax, per-class counts.
/// Full-size logits never exist: each output row is lerped vertically into one [classes][cells] row, then horizontally 8 pixels
/// at a time. Ties go to the lowest class id. The result does not depend on the number of threads.</summary>
public static class LogitsUpsampler
{
    private const float Log2E = 1.442695041f;
    private const float LargestLogit = 1e30f;
    private const int RowsPerBand = 16;
    private const int Alignment = ResampleAxis.Block * sizeof(float);

    /// <summary>Upsamples.</summary>
    /// <param name="logits">Shape [classes, height, width].</param>
    /// <param name="classes">Classes, 1-255.</param>
    /// <param name="height">Rows of cells, at least 1.</param>
    /// <param name="width">Cells per row, at least 1.</param>
    /// <param name="outputWidth">Width of the result in pixels, at least 1; larger, equal or smaller than the grid's.</param>
    /// <param name="outputHeight">Height of the result in pixels, at least 1.</param>
    /// <param name="threads">Threads to use at most; 0 means all cores.</param>
    /// <param name="asked">Classes whose probability is asked for too; null for none.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: a logit is NaN, infinite or beyond 1e30 in magnitude.</exception>
    public static ClassMap Upsample(
        ReadOnlySpan<float> logits,
        int classes,
        int height,
        int width,
        int outputWidth,
        int outputHeight,
        int threads = 0,
        AskedClasses? asked = null
    ) => Upsample(logits, classes, height, width, outputWidth, outputHeight, null, threads, asked);

    /// <summary>The same for channels that are independent of each other (sigmoid, not softmax): a pixel has the class of its greatest
    /// logit, or the background where that is below the threshold. The confidence is the sigmoid, for the background what it lacks to
    /// 1.</summary>
    /// <param name="logits">Shape [channels, height, width].</param>
    /// <param name="channels">Channels, 1-254: the classes in order, the background left out.</param>
    /// <param name="height">Rows of cells, at least 1.</param>
    /// <param name="width">Cells per row, at least 1.</param>
    /// <param name="outputWidth">Width of the result in pixels, at least 1.</param>
    /// <param name="outputHeight">Height of the result in pixels, at least 1.</param>
    /// <param name="rule">What is background.</param>
    /// <param name="threads">Threads to use at most; 0 means all cores.</param>
    /// <param name="asked">Classes whose sigmoid, or that of the background, is asked for too; null for none.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: a logit is NaN, infinite or beyond 1e30 in magnitude.</exception>
    internal static ClassMap UpsampleIndependent(
        ReadOnlySpan<float> logits,
        int channels,
        int height,
        int width,
        int outputWidth,
        int outputHeight,
        BackgroundRule rule,
        int threads = 0,
        AskedClasses? asked = null
    ) => Upsample(logits, channels, height, width, outputWidth, outputHeight, rule, threads, asked);

    private static unsafe ClassMap Upsample(
        ReadOnlySpan<float> logits,
        int classes,
        int height,
        int width,
        int outputWidth,
        int outputHeight,
        BackgroundRule? rule,
        int threads,
        AskedClasses? asked
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classes, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, 255);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        var pixels = ClassMap.PixelCount(outputWidth, outputHeight);
        var needed = (long)classes * height * width;
        if (logits.Length != needed)
            throw new ArgumentException(
                $"[{classes}, {height}, {width}] logits need {needed} values, not {logits.Length}.",
                nameof(logits)
            );
        if (asked?.Ids is { } own && own.Length != pixels)
            throw new ArgumentException($"{outputWidth}x{outputHeight} pixels are asked for by {own.Length} ids.", nameof(asked));
        RequireFinite(logits);

        var ids = GC.AllocateUninitializedArray<byte>(pixels);
        var confidence = GC.AllocateUninitializedArray<byte>(pixels);
        var probability = asked is null ? null : GC.AllocateUninitializedArray<byte>(pixels);
        var totals = new PixelTotals(rule is null ? classes : classes + 1);
        fixed (float* cells = logits)
        {
            var (vertical, horizontal) = (new ResampleAxis(height, outputHeight), new ResampleAxis(width, outputWidth));
            var pass = new Pass(cells, classes, vertical, horizontal, height, width, outputWidth, rule, asked);
            var bands = (outputHeight + RowsPerBand - 1) / RowsPerBand;
            // The pin outlives the workers: For returns when all of them have.
            Parallel.For(
                0,
                bands,
                new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? Environment.ProcessorCount : threads },
                () => new Worker(pass),
                (band, _, worker) =>
                {
                    worker.Rows(band * RowsPerBand, Math.Min(outputHeight, (band + 1) * RowsPerBand), ids, confidence, probability);
                    return worker;
                },
                worker =>
                {
                    lock (totals)
                        totals.Add(worker.Totals);
                    worker.Dispose();
                }
            );
        }

        return new ClassMap(outputWidth, outputHeight, ids, confidence, totals, probability);
    }

    private static void RequireFinite(ReadOnlySpan<float> logits)
    {
        // Written so that NaN fails it too. The bound keeps differences of two logits finite.
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var fine = new Vector<int>(-1);
        foreach (ref readonly var vector in vectors)
            fine &= Vector.LessThan(Vector.Abs(vector), new Vector<float>(LargestLogit));
        var allFine = Vector.EqualsAll(fine, new Vector<int>(-1));
        foreach (var value in logits[(vectors.Length * Vector<float>.Count)..])
            allFine &= MathF.Abs(value) < LargestLogit;
        if (!allFine)
        {
            throw new RoadSegException(
                ErrorCodes.ModelInvalid,
                "The model's logits are not finite numbers: its weights or its export are broken. Use another version of the model."
            );
        }
    }

    /// <summary>What all workers of one call share; the cells stay pinned for as long as it is used.</summary>
    private sealed unsafe class Pass(
        float* cells,
        int classes,
        ResampleAxis vertical,
        ResampleAxis horizontal,
        int height,
        int width,
        int outputWidth,
        BackgroundRule? rule,
        AskedClasses? asked
    )
    {
        public BackgroundRule? Rule { get; } = rule;

        public bool Asks { get; } = asked is not null;

        /// <summary>Null: 0 for every pixel.</summary>
        public byte[]? Asked { get; } = asked?.Ids;

        /// <summary>By channel, the asker's class; that of the background last.</summary>
        public int[] AskerOf { get; } = asked is null ? [] : Askers(asked.ClassOf, rule);

        public float* Cells { get; } = cells;

        public int Classes { get; } = classes;

        public ResampleAxis Vertical { get; } = vertical;

        public ResampleAxis Horizontal { get; } = horizontal;

        public int Height { get; } = height;

        public int Width { get; } = width;

        public int OutputWidth { get; } = outputWidth;

        /// <summary>Floats per class in a lerped row: loads of 8 may start at any cell, or one after it.</summary>
        public int RowStride { get; } = width + ResampleAxis.Block;

        private static int[] Askers(IReadOnlyList<int> classOf, BackgroundRule? rule) =>
            rule is { Id: var background } ? [.. classOf.Where((_, id) => id != background), classOf[background]] : [.. classOf];
    }

    /// <summary>Buffers of one thread; they go back to the pool when it is done.</summary>
    private sealed unsafe class Worker(Pass pass) : IDisposable
    {
        private readonly float[] lerped = ArrayPool<float>.Shared.Rent(pass.Classes * pass.RowStride);
        private readonly byte[] ids = ArrayPool<byte>.Shared.Rent(pass.Horizontal.Blocks * ResampleAxis.Block);
        private readonly byte[] confidence = ArrayPool<byte>.Shared.Rent(pass.Horizontal.Blocks * ResampleAxis.Block);
        private readonly byte[] asked = ArrayPool<byte>.Shared.Rent(pass.Horizontal.Blocks * ResampleAxis.Block);

        public PixelTotals Totals { get; } = new(pass.Rule is null ? pass.Classes : pass.Classes + 1);

        public void Rows(int first, int end, byte[] allIds, byte[] allConfidence, byte[]? allAsked)
        {
            for (var y = first; y < end; y++)
            {
                LerpVertically(y);
                asked.AsSpan().Clear();
                pass.Asked?.AsSpan(y * pass.OutputWidth, pass.OutputWidth).CopyTo(asked);
                ClassifyRow();
                if (allAsked is not null)
                    asked.AsSpan(0, pass.OutputWidth).CopyTo(allAsked.AsSpan(y * pass.OutputWidth));
                var rowIds = ids.AsSpan(0, pass.OutputWidth);
                var rowConfidence = confidence.AsSpan(0, pass.OutputWidth);
                rowIds.CopyTo(allIds.AsSpan(y * pass.OutputWidth));
                rowConfidence.CopyTo(allConfidence.AsSpan(y * pass.OutputWidth));
                Totals.AddRow(rowIds, rowConfidence);
            }
        }

        public void Dispose()
        {
            ArrayPool<float>.Shared.Return(lerped);
            ArrayPool<byte>.Shared.Return(ids);
            ArrayPool<byte>.Shared.Return(confidence);
            ArrayPool<byte>.Shared.Return(asked);
        }

        /// <summary>Row y of the grid in log2 units, each class followed by copies of its last cell.</summary>
        private void LerpVertically(int y)
        {
            var upper = pass.Vertical.Index[y];
            var lower = Math.Min(upper + 1, pass.Height - 1);
            var weight = pass.Vertical.Weight[y];
            for (var c = 0; c < pass.Classes; c++)
            {
                var plane = pass.Cells + (long)c * pass.Height * pass.Width;
                var above = new ReadOnlySpan<float>(plane + (long)upper * pass.Width, pass.Width);
                var below = new ReadOnlySpan<float>(plane + (long)lower * pass.Width, pass.Width);
                var row = lerped.AsSpan(c * pass.RowStride, pass.RowStride);
                Lerp(above, below, weight, row);
                row[pass.Width..].Fill(row[pass.Width - 1]);
            }
        }

        private static void Lerp(ReadOnlySpan<float> above, ReadOnlySpan<float> below, float weight, Span<float> row)
        {
            var x = 0;
            for (; x <= above.Length - Vector<float>.Count; x += Vector<float>.Count)
            {
                var a = new Vector<float>(above[x..]);
                var b = new Vector<float>(below[x..]);
                ((a + (b - a) * weight) * Log2E).CopyTo(row[x..]);
            }

            for (; x < above.Length; x++)
                row[x] = (above[x] + (below[x] - above[x]) * weight) * Log2E;
        }

        private void ClassifyRow()
        {
            // Aligned, or every other block of scores would straddle two cache lines.
            var memory = stackalloc float[(pass.Classes + 1) * ResampleAxis.Block];
            var scores = (float*)(((nuint)memory + (Alignment - 1)) & ~(nuint)(Alignment - 1));
            fixed (float* row = lerped)
            fixed (
                byte* idBytes = ids,
                    confidenceBytes = confidence
            )
            {
                for (var block = 0; block < pass.Horizontal.Blocks; block++)
                {
                    if (pass.Horizontal.FitsLanes)
                        LerpNear(row, block, scores);
                    else
                        LerpFar(row, block, scores);
                    var at = block * ResampleAxis.Block;
                    if (pass.Rule is { } rule)
                        ClassifyIndependent(scores, pass.Classes, rule, idBytes + at, confidenceBytes + at);
                    else
                        Classify(scores, pass.Classes, idBytes + at, confidenceBytes + at);
                    if (pass.Asks)
                        Ask(scores, asked.AsSpan(at, ResampleAxis.Block));
                }
            }
        }

        /// <summary>Scores [classes][8] of 8 pixels whose cells are within 8 neighbours: two loads and two shuffles per class.</summary>
        private void LerpNear(float* row, int block, float* scores)
        {
            var lanes = pass.Horizontal.LanesOf(block);
            var weights = pass.Horizontal.WeightsOf(block);
            var stride = pass.RowStride;
            var cells = row + pass.Horizontal.Index[block * ResampleAxis.Block];
            for (var end = scores + pass.Classes * ResampleAxis.Block; scores < end; scores += ResampleAxis.Block, cells += stride)
            {
                var left = Vector256.ShuffleNative(Vector256.Load(cells), lanes);
                var right = Vector256.ShuffleNative(Vector256.Load(cells + 1), lanes);
                Vector256.FusedMultiplyAdd(right - left, weights, left).Store(scores);
            }
        }

        /// <summary>The same for pixels farther apart than their cells (reducing).</summary>
        private void LerpFar(float* row, int block, float* scores)
        {
            var index = pass.Horizontal.Index.AsSpan(block * ResampleAxis.Block, ResampleAxis.Block);
            var weights = pass.Horizontal.Weight.AsSpan(block * ResampleAxis.Block, ResampleAxis.Block);
            for (var c = 0; c < pass.Classes; c++, row += pass.RowStride)
            {
                for (var i = 0; i < ResampleAxis.Block; i++)
                {
                    var left = row[index[i]];
                    *scores++ = left + (row[index[i] + 1] - left) * weights[i];
                }
            }
        }

        /// <summary>Softmax and argmax of 8 pixels; a later class must exceed the best to replace it.</summary>
        private static void Classify(float* scores, int classes, byte* ids, byte* confidence)
        {
            var (best, bestId) = Greatest(scores, classes);
            var sum = Vector256<float>.Zero;
            for (var c = 0; c < classes; c++)
                sum += Exp2.OfNonPositive(Vector256.Load(scores + c * ResampleAxis.Block) - best);

            // The largest softmax term is 2^0 / sum.
            Store(bestId, Vector256.Create(255f) / sum, ids, confidence);
        }

        /// <summary>The greatest sigmoid of 8 pixels, or the background where it is below the threshold.</summary>
        private static void ClassifyIndependent(float* scores, int channels, BackgroundRule rule, byte* ids, byte* confidence)
        {
            var (best, bestId) = Greatest(scores, channels);
            var background = Vector256.Create(rule.Id);
            var isClass = Vector256.GreaterThanOrEqual(best, Vector256.Create(rule.Threshold * Log2E));
            // Comparing gives -1 where the class comes after the background, which has no channel.
            bestId -= Vector256.GreaterThanOrEqual(bestId, background);
            bestId = Vector256.ConditionalSelect(isClass.AsInt32(), bestId, background);

            var sure = Vector256.ConditionalSelect(isClass, best, -best);
            var power = Exp2.OfNonPositive(-Vector256.Abs(sure));
            var share = Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(sure, Vector256<float>.Zero), Vector256<float>.One, power);
            Store(bestId, Vector256.Create(255f) * share / (Vector256<float>.One + power), ids, confidence);
        }

        /// <summary>Replaces the class that is asked for of 8 pixels by 255 times its probability.</summary>
        private void Ask(float* scores, Span<byte> ids)
        {
            var wanted = Vector256.Create(ids[0], ids[1], ids[2], ids[3], ids[4], ids[5], ids[6], ids[7]);
            var (sum, its) = (Vector256<float>.Zero, Vector256<float>.Zero);
            var best = Greatest(scores, pass.Classes).Score;
            for (var c = 0; c < pass.Classes; c++)
            {
                var score = Vector256.Load(scores + c * ResampleAxis.Block);
                var term = pass.Rule is null ? Exp2.OfNonPositive(score - best) : Sigmoid(score);
                sum += term;
                its += Of(pass.AskerOf[c], term);
            }

            if (pass.Rule is null)
                its /= sum;
            else
                its = Vector256.Min(its + Of(pass.AskerOf[pass.Classes], Vector256<float>.One - Sigmoid(best)), Vector256<float>.One);
            var bytes = Vector256.ConvertToInt32(its * 255f + Vector256.Create(0.5f));
            for (var i = 0; i < ResampleAxis.Block; i++)
                ids[i] = (byte)bytes[i];

            Vector256<float> Of(int asker, Vector256<float> term) =>
                Vector256.ConditionalSelect(Vector256.Equals(wanted, Vector256.Create(asker)).AsSingle(), term, Vector256<float>.Zero);
        }

        private static Vector256<float> Sigmoid(Vector256<float> score)
        {
            var power = Exp2.OfNonPositive(-Vector256.Abs(score));
            return Vector256.ConditionalSelect(Vector256.GreaterThanOrEqual(score, Vector256<float>.Zero), Vector256<float>.One, power)
                / (Vector256<float>.One + power);
        }

        private static (Vector256<float> Score, Vector256<int> Id) Greatest(float* scores, int classes)
        {
            var best = Vector256.Load(scores);
            var bestId = Vector256<int>.Zero;
            var id = Vector256<int>.Zero;
            for (var c = 1; c < classes; c++)
            {
                id += Vector256<int>.One;
                var score = Vector256.Load(scores + c * ResampleAxis.Block);
                bestId = Vector256.ConditionalSelect(Vector256.GreaterThan(score, best).AsInt32(), id, bestId);
                best = Vector256.MaxNative(best, score);
            }

            return (best, bestId);
        }

        private static void Store(Vector256<int> id, Vector256<float> of255, byte* ids, byte* confidence)
        {
            var share = Vector256.ConvertToInt32Native(of255 + Vector256.Create(0.5f));
            var words = Vector256.Narrow(id.AsUInt32(), share.AsUInt32());
            var bytes = Vector128.Narrow(words.GetLower(), words.GetUpper());
            bytes.GetLower().Store(ids);
            bytes.GetUpper().Store(confidence);
        }
    }
}
