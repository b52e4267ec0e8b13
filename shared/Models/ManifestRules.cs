using System.Text.RegularExpressions;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Models;

/// <summary>The rules a manifest keeps beyond its JSON form; each refusal names the member and the legal values.</summary>
internal static partial class ManifestRules
{
    public const string ManifestFile = "manifest.json";

    public static void Check(ModelManifest manifest)
    {
        Require(SafeSegment().IsMatch(manifest.Version), $"version '{manifest.Version}' must be 1-64 letters, digits, '.', '_' or '-'.");
        Require(manifest.Files.Count > 0, "files is empty.");
        foreach (var (name, file) in manifest.Files)
        {
            Require(IsPlainFileName(name), $"files names '{name}', which is not a plain file name inside the package.");
            Require(name != ManifestFile, "files must not list manifest.json itself.");
            Require(
                file is not null && Sha256Hex().IsMatch(file.Sha256),
                $"files['{name}'].sha256 must be 64 lower-case hexadecimal digits."
            );
            Require(file!.Bytes > 0, $"files['{name}'].bytes must be positive.");
        }

        CheckDescription(manifest);
        foreach (var (member, name) in FilesNamed(manifest))
            Require(manifest.Files.ContainsKey(name), $"{member} names '{name}', for which files has no hash.");
    }

    public static void CheckDescription(ModelDescription model)
    {
        Require(ModelName().IsMatch(model.Name), $"name '{model.Name}' must be 1-64 lower-case letters, digits or dashes.");
        Require(model.Graphs.Count > 0, "graphs is empty; name at least one graph, such as { \"fp32\": \"model.onnx\" }.");
        var outputStride = model.Architecture.OutputStride;
        Require(outputStride is >= 1 and <= 64, $"architecture.outputStride {outputStride} is outside 1-64.");
        foreach (var (member, name) in FilesNamed(model))
            Require(IsPlainFileName(name), $"{member} names '{name}', which is not a plain file name inside the package.");

        CheckPreprocess(model.Preprocess);
        CheckInput(model.Input, model.Preprocess);
        CheckOutput(model.Output, model.Labels.Count);
        Require(model.Metrics.All(metrics => metrics is not null), "metrics holds null.");
        Require(
            model.Metrics.All(metrics => metrics.Values.Values.All(double.IsFinite)),
            "metrics.values must be numbers that a double holds."
        );
        if (model.SelfTest is not { } test)
            return;
        Require(test.MinimumAgreement is > 0 and <= 1, $"selfTest.minimumAgreement {test.MinimumAgreement} is outside 0-1.");
        Require(
            test.CpuMilliseconds is null or (> 0 and <= 3_600_000),
            $"selfTest.cpuMilliseconds {test.CpuMilliseconds} is outside 0-3600000."
        );
    }

    public static bool IsModelName(string? name) => name is not null && ModelName().IsMatch(name);

    public static bool IsSafeSegment(string? text) => text is not null && SafeSegment().IsMatch(text);

    public static bool IsPlainFileName(string? name) =>
        name is not null && SafeSegment().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal);

    /// <summary>Every file a member refers to, with that member's name.</summary>
    private static IEnumerable<(string Member, string File)> FilesNamed(ModelDescription model)
    {
        foreach (var (precision, file) in model.Graphs)
            yield return ($"graphs.{precision.ToString().ToLowerInvariant()}", file);
        if (model.SelfTest is not { } test)
            yield break;
        yield return ("selfTest.input", test.Input);
        yield return ("selfTest.mask", test.Mask);
    }

    private static void CheckPreprocess(PreprocessSpec spec)
    {
        Require(spec.Width is >= 16 and <= 4096, $"preprocess.width {spec.Width} is outside 16-4096.");
        Require(spec.Height is >= 16 and <= 4096, $"preprocess.height {spec.Height} is outside 16-4096.");
        Require(spec.MultipleOf is >= 1 and <= 128, $"preprocess.multipleOf {spec.MultipleOf} is outside 1-128.");
    }

    private static void CheckInput(InputContract input, PreprocessSpec preprocess)
    {
        Require(input.Name.Length > 0, "input.name is empty.");
        Require(input.Batch is null or 1, $"input.batch {input.Batch} must be 1 or left out.");
        Require(input.Width is null == input.Height is null, "input.width and input.height must both be fixed or both be left out.");
        Require(
            input.Width is null
                || (preprocess.Mode == ResizeMode.Stretch && preprocess.Width == input.Width && preprocess.Height == input.Height),
            $"the graph takes only {input.Width}x{input.Height}: preprocess must be 'stretch' to that size."
        );

        if (input.ElementType == InputElementType.UInt8)
        {
            Require(input.Normalization is null, "input.normalization is for float32 inputs; a uint8 graph normalises inside.");
            return;
        }

        Require(
            input.Normalization is not null,
            $"input.normalization is missing; a {input.ElementType.ToString().ToLowerInvariant()} input needs scale, mean and std."
        );
        var (scale, mean, std) = input.Normalization!;
        foreach (var (member, values) in new[] { ("scale", scale), ("mean", mean), ("std", std) })
            Require(values.Count == 3 && values.All(double.IsFinite), $"input.normalization.{member} must be 3 numbers.");
        Require(std.All(value => value != 0), "input.normalization.std must not hold 0.");
    }

    private static void CheckOutput(OutputContract output, int classes)
    {
        Require(output.Name.Length > 0, "output.name is empty.");
        Require(output.Stride is >= 1 and <= 64, $"output.stride {output.Stride} is outside 1-64.");
        if (!output.IsSigmoid)
        {
            Require(output.Threshold is null, "output.threshold is for the kinds sigmoid and sigmoid-logits.");
            Require(output.Background is null, "output.background is for the kinds sigmoid and sigmoid-logits.");
            return;
        }

        Require(
            output.Background is not null && classes >= 2,
            "output.background is missing: below the threshold a pixel is none of the graph's classes. Add a class such as 'background' "
                + "to labels and give its id here."
        );
        Require(
            output.Background >= 0 && output.Background < classes,
            $"output.background {output.Background} is none of the labels' ids 0-{classes - 1}."
        );
        Require(output.Threshold is null or (> 0 and < 1), $"output.threshold {output.Threshold} must be between 0 and 1.");
    }

    private static void Require(bool holds, string complaint)
    {
        if (!holds)
            throw new RoadSegException(ErrorCodes.ModelInvalid, $"The model's manifest cannot be used: {complaint}");
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}\\z")]
    private static partial Regex SafeSegment();

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}\\z")]
    private static partial Regex ModelName();

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex Sha256Hex();
}
