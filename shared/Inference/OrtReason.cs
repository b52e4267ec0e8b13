using System.Text.RegularExpressions;
using Microsoft.ML.OnnxRuntime;

namespace RoadSeg.Inference;

/// <summary>What ONNX Runtime itself says is wrong with a graph.</summary>
internal static partial class OrtReason
{
    private const int Longest = 400;

    /// <summary>Its sentence on one line, without error number and without places in its own source code.</summary>
    public static string Of(OnnxRuntimeException e)
    {
        var text = Blanks().Replace(SourcePlace().Replace(Number().Replace(e.Message, ""), ""), " ").Trim();
        return text.Length <= Longest ? text : text[..Longest] + "…";
    }

    [GeneratedRegex("^\\[ErrorCode:\\w+\\]")]
    private static partial Regex Number();

    // Such as "/onnxruntime_src/onnxruntime/core/graph/model.cc:180 onnxruntime::Model::Model(...) ".
    [GeneratedRegex("\\S+\\.(cc|h|cpp|hpp|cu|cuh):\\d+ \\S.*?\\)(?= [^,)]) ")]
    private static partial Regex SourcePlace();

    [GeneratedRegex("\\s+")]
    private static partial Regex Blanks();
}
