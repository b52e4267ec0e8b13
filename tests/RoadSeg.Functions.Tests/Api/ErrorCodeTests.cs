using System.Text.RegularExpressions;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Tests.Api;

public sealed partial class ErrorCodeTests
{
    [Fact]
    public void Every_code_has_a_heading_in_the_error_page_and_every_heading_a_code()
    {
        var headings = Heading().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "docs", "errors.md"))).Select(match => match.Groups[1].Value);

        Assert.Equal(ErrorCodes.All.Select(code => code.Code).Order(StringComparer.Ordinal), headings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_error_page_states_the_fault_status_and_retryability_of_each_code()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "errors.md"));
        foreach (var code in ErrorCodes.All)
        {
            var start = page.IndexOf($"## {code.Code}\n", StringComparison.Ordinal) + code.Code.Length + 4;
            var end = page.IndexOf('.', start);
            var says = page[start..end];

            Assert.StartsWith(code.Fault.ToString(), says, StringComparison.Ordinal);
            Assert.Contains(code.HttpStatus.ToString(), says, StringComparison.Ordinal);
            Assert.Equal(code.Retryable, says.EndsWith(", retryable", StringComparison.Ordinal));
        }
    }

    [GeneratedRegex(@"^## (\S+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
