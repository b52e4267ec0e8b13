using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace RoadSeg.Inference;

/// <summary>What ONNX Runtime itself says is wrong with a graph, or with what it runs on.</summary>
internal static partial class OrtReason
{
    private const int Longest = 400;

    /// <summary>Its sentence on one line, without error number, places in its own source code and folders of libraries: callers see
    /// it.</summary>
    /// <param name="e">An <see cref="OnnxRuntimeException"/>, or what .NET throws where a library or a function of it is missing.</param>
    public static string Of(Exception e)
    {
        var text = Blanks().Replace(Folder().Replace(SourcePlace().Replace(Number().Replace(e.Message, ""), ""), ""), " ").Trim();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    [GeneratedRegex("^\\[ErrorCode:\\w+\\]")]
    private static partial Regex Number();

    // Such as "/onnxruntime_src/onnxruntime/core/graph/model.cc:180 onnxruntime::Model::Model(...) ".
    [GeneratedRegex("\\S+\\.(cc|h|cpp|hpp|cu|cuh):\\d+ \\S.*?\\)(?= [^,)]) ")]
    private static partial Regex SourcePlace();

    // Of libraries alone: names of a graph's nodes look like paths too.
    [GeneratedRegex("[^\\s'\"(]*/(?=[^\\s/]+\\.so\\b)")]
    private static partial Regex Folder();

    [GeneratedRegex("\\s+")]
    private static partial Regex Blanks();
}
