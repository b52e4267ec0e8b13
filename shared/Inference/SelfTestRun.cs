using System.Diagnostics;
using System.Globalization;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>The golden self-test: a known picture must give a known mask.</summary>
internal static class SelfTestRun
{
    // A CPU that takes as many times as long as the package's is throttled, shared, or another kind of machine.
    private const double SlowCpu = 4;
    private const int MoreTurns = 2;

    /// <param name="engine">Engine under test.</param>
    /// <param name="test">What to compare, and how closely.</param>
    /// <param name="read">Content of a package file by name.</param>
    public static SelfTestReport Run(SegmentationEngine engine, SelfTestSpec test, Func<string, byte[]> read)
    {
        var (input, mask) = (ReadInput(test, read), ReadMask(test, read));
        var started = Stopwatch.GetTimestamp();
        var result = Segment(engine, input, mask);
        var elapsed = Stopwatch.GetElapsedTime(started);

        long equal = 0;
        for (var i = 0; i < mask.Ids.Length; i++)
            equal += mask.Ids[i] == result.ClassIds[i] ? 1 : 0;
        var agreement = (double)equal / mask.Ids.Length;
        if (agreement < test.MinimumAgreement)
        {
            throw Invalid(
                $"Model '{engine.Model.Name}' failed its self-test on {engine.Provider}: {equal} of {mask.Ids.Length} pixels "
                    + $"({agreement:P2}) agree with '{test.Mask}', and {test.MinimumAgreement:P2} are demanded."
            );
        }

        return new SelfTestReport(
            agreement,
            test.MinimumAgreement,
            elapsed,
            test.CpuMilliseconds is { } recorded ? Slowness(engine, input, mask, result.Timings.Run, recorded) : null
        );
    }

    /// <summary>The golden input at its own size.</summary>
    public static RgbImage ReadInput(SelfTestSpec test, Func<string, byte[]> read) => Decode(test.Input, () =>
        {
            var file = read(test.Input);
            return ImageDecoder.Decode(file, ImageProbe.Read(file, ImageLimits.Default));
        });

    private static IndexedImage ReadMask(SelfTestSpec test, Func<string, byte[]> read) =>
        Decode(test.Mask, () => MaskPng.Decode(read(test.Mask), ImageLimits.Default));

    // A GPU that is no quicker than a CPU leaves the work to the CPU: ONNX Runtime does so node by node, without a word.
    private static string? Slowness(SegmentationEngine engine, RgbImage input, IndexedImage mask, TimeSpan run, double recorded)
    {
        var limit = TimeSpan.FromMilliseconds(engine.Provider == ExecutionProvider.Cuda ? recorded : SlowCpu * recorded);
        for (var turn = 0; turn < MoreTurns && run > limit; turn++)
        {
            var again = Segment(engine, input, mask).Timings.Run;
            run = again < run ? again : run;
        }

        return run <= limit
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"a run takes {run.TotalMilliseconds:G3} ms on this {(engine.Provider == ExecutionProvider.Cuda ? "GPU" : "CPU")}, and "
                    + $"took {recorded:G3} ms on the CPU that the package was made on"
            );
    }

    private static SegmentationResult Segment(SegmentationEngine engine, RgbImage input, IndexedImage mask)
    {
        try
        {
            return engine.Segment(input, mask.Width, mask.Height);
        }
        catch (ArgumentException e)
        {
            throw Invalid($"The self-test input is {input.Width}x{input.Height}, which model '{engine.Model.Name}' does not take.", e);
        }
    }

    private static T Decode<T>(string file, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (RoadSegException e) when (e.Code != ErrorCodes.ModelInvalid)
        {
            throw Invalid($"The self-test file '{file}' cannot be decoded: {e.Message}", e);
        }
    }

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);
}
