using Microsoft.CodeAnalysis.Text;

namespace RoadSeg.Mutation;

/// <summary>A mistake that could be put into a file.</summary>
/// <param name="File">Path below the root of the tree.</param>
/// <param name="Line">From 1.</param>
/// <param name="Span">What is rewritten; spans of a file nest or are apart.</param>
/// <param name="Kind">Kind of mistake.</param>
/// <param name="Was">The text as it is, in one line.</param>
/// <param name="Becomes">The text with the mistake, in one line.</param>
/// <param name="Weave">Given the mistake's number and the text, which may hold other mistakes already, returns the text with a switch.</param>
internal sealed record Candidate(string File, int Line, TextSpan Span, string Kind, string Was, string Becomes, Func<int, string, string> Weave)
{
    /// <summary>Expression that is true while the mistake is made.</summary>
    public static string Switch(int id) => $"global::RoadSeg.Mutant.Is({id})";
}

/// <summary>A chosen mistake, as the list of them is written.</summary>
internal sealed record Mutation(int Id, string File, int Line, string Kind, string Was, string Becomes);

/// <summary>What became of one.</summary>
/// <param name="Id">The mistake's number.</param>
/// <param name="Fate">unreached, survived, killed or timeout.</param>
/// <param name="Classes">Test classes that ran.</param>
/// <param name="Seconds">How long they ran.</param>
/// <param name="By">The first test that failed.</param>
internal sealed record Verdict(int Id, string Fate, int Classes, double Seconds, string? By);
