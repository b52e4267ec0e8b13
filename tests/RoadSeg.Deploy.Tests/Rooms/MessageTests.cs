using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace RoadSeg.Deploy.Tests.Rooms;

/// <summary>What the programs say to people, found in their sources: every sentence that is a text there. The fault: messages named types of this program, options of a JSON reader and
/// calls that only a program makes.</summary>
public sealed partial class MessageTests
{
    [Fact]
    public void No_sentence_names_a_type_a_library_or_a_reader_of_ours()
    {
        var odd = Sentences("functions", "shared", "trainer", "cli", "infra/local").Where(said => Inside().IsMatch(said.Text)).Select(said => $"{said.Place}: {said.Text}");

        Assert.Empty(odd);
    }

    [Fact]
    public void The_command_line_sends_nobody_to_a_call_of_the_api()
    {
        var odd = Sentences("cli").Where(said => Call().IsMatch(said.Text)).Select(said => $"{said.Place}: {said.Text}");

        Assert.Empty(odd);
    }

    [Theory]
    [InlineData("The JSON value could not be converted to System.Int32.", true)]
    [InlineData("A NullReferenceException was thrown there.", true)]
    [InlineData("Set ReadCommentHandling to skip comments.", true)]
    [InlineData("The file RoadSeg.Functions.sln is not there.", false)]
    [InlineData("\"epochs\" is no whole number.", false)]
    public void The_look_finds_what_it_is_for(string text, bool odd) => Assert.Equal(odd, Inside().IsMatch(text));

    [Fact]
    public void Sentences_are_found_at_all() => Assert.InRange(Sentences("functions", "shared").Count(), 300, 10_000);

    // Texts with two blanks or more that end as sentences do: what is built of several is looked at piece by piece.
    private static IEnumerable<(string Place, string Text)> Sentences(params string[] folders) =>
        from file in Tree.Files
        where file.EndsWith(".cs", StringComparison.Ordinal) && folders.Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal))
        let root = CSharpSyntaxTree.ParseText(Tree.Read(file)).GetRoot()
        from node in root.DescendantNodes()
        let text = node switch
        {
            LiteralExpressionSyntax { RawKind: (int)SyntaxKind.StringLiteralExpression } literal => literal.Token.ValueText,
            InterpolatedStringExpressionSyntax interpolated => string.Concat(interpolated.Contents.Select(part => part is InterpolatedStringTextSyntax plain ? plain.TextToken.ValueText : "…")),
            _ => null,
        }
        where text is not null && text.Count(c => c == ' ') >= 2
        where !node.Ancestors().OfType<AttributeSyntax>().Any(attribute => attribute.Name.ToString().Contains("Regex", StringComparison.Ordinal))
        where !InRecognition(node)
        select ($"{file}:{node.GetLocation().GetLineSpan().StartLinePosition.Line + 1}", text);

    // What is looked for in another's message is not said to anybody.
    private static bool InRecognition(SyntaxNode node) =>
        node.Ancestors().OfType<InvocationExpressionSyntax>().FirstOrDefault() is { Expression: MemberAccessExpressionSyntax call } && call.Name.Identifier.Text is "Contains" or "StartsWith" or "EndsWith" or "IndexOf";

    [GeneratedRegex(@"\bSystem\.[A-Z]|\bRoadSeg\.(?!(Functions|LocalHost)\.(sln|dll)\b)[A-Z]\w+\.[A-Z]|\b[A-Z]\w+Exception\b|\bJson(Serializer|Reader|Document|Element)\w*|\b(AllowTrailingCommas|ReadCommentHandling|MaxDepth)\b|<see |\bcref=|\w+Async\b")]
    private static partial Regex Inside();

    [GeneratedRegex(@"\b(GET|POST|PUT|DELETE) /v1/|\bforce\W{1,3}: ?true")]
    private static partial Regex Call();
}
