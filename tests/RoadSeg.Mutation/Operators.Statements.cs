using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace RoadSeg.Mutation;

/// <summary>Mistakes of whole statements.</summary>
internal sealed partial class Operators
{
    private void Statements(SyntaxList<StatementSyntax> statements)
    {
        for (var i = 0; i < statements.Count; i++)
        {
            if (!IsStep(statements[i]))
                continue;
            Add(statements[i], "left out", "", static (id, text) => $"if (!{Candidate.Switch(id)}) {{ {text} }}");
            if (i + 1 < statements.Count && IsStep(statements[i + 1]) && (Awaits(statements[i]) || Awaits(statements[i + 1])))
            {
                var swapped = $"{statements[i + 1]} {statements[i]}";
                Add(TextSpan.FromBounds(statements[i].SpanStart, statements[i + 1].Span.End), "order swapped", swapped, (id, text) => $"if ({Candidate.Switch(id)}) {{ {swapped} }} else {{ {text} }}");
            }
        }
    }

    private void Catch(CatchClauseSyntax caught)
    {
        if (caught.Filter is { FilterExpression: var filter })
        {
            Add(filter, "filter left out", "true", static (id, text) => $"{Candidate.Switch(id)} || ({text})");
            Add(filter, "not caught", "false", static (id, text) => $"!{Candidate.Switch(id)} && ({text})");
        }
        else if (caught.Declaration is { } declared)
        {
            Add(declared, "not caught", "", static (id, text) => $"{text} when (!{Candidate.Switch(id)})");
        }
    }

    // Done after success only.
    private void Finally(FinallyClauseSyntax last)
    {
        if (last.Parent is not TryStatementSyntax { Catches.Count: 0 } whole)
            return;
        var statements = last.Block.Statements.ToString();
        Add(whole, "given back on success only", $"{statements} (on success only)", (id, text) =>
        {
            var at = text.LastIndexOf("finally", StringComparison.Ordinal);
            return $"{{ var failed{id} = false; {text[..at]} catch when ({Candidate.Switch(id)} && (failed{id} = true) && false) {{ throw; }} finally {{ if (!failed{id}) {text[(at + "finally".Length)..]} }} }}";
        });
    }

    private void Held(LocalDeclarationStatementSyntax held)
    {
        if (held.Declaration.Variables is not [{ Identifier.Text: var name, Initializer: not null }] || name == "span")
            return;
        var isAsync = held.AwaitKeyword.RawKind != 0;
        Add(held, "not disposed", held.ToString().Replace("using ", "", StringComparison.Ordinal), (id, text) =>
        {
            var bare = text[(text.IndexOf("using", StringComparison.Ordinal) + "using".Length)..];
            return $"{bare} {(isAsync ? "await " : "")}using var held{id} = {Candidate.Switch(id)} ? null : {name};";
        });
    }

    private void With(WithExpressionSyntax changed)
    {
        if (changed.Expression is not (IdentifierNameSyntax or MemberAccessExpressionSyntax))
            return;
        foreach (var assigned in changed.Initializer.Expressions.OfType<AssignmentExpressionSyntax>())
        {
            if (assigned.Right is not (InitializerExpressionSyntax or CollectionExpressionSyntax) && !Declares(assigned.Right))
                Swap(assigned.Right, "member not changed", $"{changed.Expression}.{assigned.Left}");
        }
    }

    private static bool IsStep(StatementSyntax statement) => statement is ExpressionStatementSyntax { Expression: var expression } && !expression.DescendantNodes().Any(static node => node is DeclarationExpressionSyntax) && expression switch
    {
        InvocationExpressionSyntax call => !IsTelemetry(call.Expression.ToString()),
        AwaitExpressionSyntax { Expression: InvocationExpressionSyntax call } => !IsTelemetry(call.Expression.ToString()),
        AwaitExpressionSyntax or AssignmentExpressionSyntax or PostfixUnaryExpressionSyntax or PrefixUnaryExpressionSyntax => true,
        _ => false,
    };

    private static bool Awaits(StatementSyntax statement) => statement is ExpressionStatementSyntax { Expression: AwaitExpressionSyntax } or ExpressionStatementSyntax { Expression: AssignmentExpressionSyntax { Right: AwaitExpressionSyntax } };
}
