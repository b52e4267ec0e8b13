using System.Diagnostics;

namespace RoadSeg.Functions.Tests.Http.OpenApi;

/// <summary>The API description before the linter that client developers run on it. tests/setup installs it.</summary>
public sealed class OpenApiLintTests(ServiceFixture fixture)
{
    private WholeService Service => fixture.Service;

    private static readonly string Lint = Path.Combine(Checkout.Root, "tests", "lint");

    // Found in the field: an example that fitted two schemas of a oneOf, tags that were not declared, no servers, no contact.
    [Fact]
    public async Task The_document_passes_spectral_oas_without_a_finding()
    {
        var linted = await LintAsync(await Service.GetAsync("/openapi/v1.json"));

        Assert.True(linted.Exit == 0 && linted.Output.Contains("No results with a severity", StringComparison.Ordinal), linted.Output);
    }

    [Fact]
    public async Task The_linter_finds_what_is_wrong()
    {
        var linted = await LintAsync(
            """{"openapi":"3.1.1","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{}}}}}"""u8.ToArray());

        Assert.NotEqual(0, linted.Exit);
        Assert.Contains("oas3-api-servers", linted.Output, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output)> LintAsync(byte[] document)
    {
        var cancel = TestContext.Current.CancellationToken;
        var spectral = Path.Combine(Lint, "node_modules", "@stoplight", "spectral-cli", "dist", "index.js");
        Assert.True(File.Exists(spectral), "The linter is not installed: run tests/setup.");
        using var folder = new TempFolder();
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.WorkingDirectory = folder.Path;
        string[] arguments =
            [spectral, "lint", "--fail-severity", "hint", "--ruleset", Path.Combine(Lint, ".spectral.yaml"),
                await folder.SaveAsync("openapi.json", document)];
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(cancel);
        var output = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, output + await error);
    }
}
