using System.Text.RegularExpressions;

namespace RoadSeg.EndToEnd.Tests.Clients;

/// <summary>The clients that are shipped for other languages: their own tests, run by their own runners against the running service.</summary>
public sealed partial class PublishedClientTests(StackFixture stack)
{
    private (string, string)[] Service => [("ROADSEG_URL", stack.Stack.Address.AbsoluteUri), ("ROADSEG_WEBHOOK_SECRET", StackFixture.WebhookSecret)];

    [Fact]
    public async Task The_npm_package_passes_its_tests()
    {
        var package = Checkout.File("clients/typescript");
        Assert.True(Directory.Exists(Path.Combine(package, "node_modules")), "Its packages are not installed: run tests/setup.");

        var told = await Tool.RunAsync(package, "npm", ["test", "--silent"], Service);

        Assert.Matches(NodePassed(), told);
    }

    [Fact]
    public async Task The_Python_package_passes_its_tests()
    {
        var python = new[] { "/usr/bin/python3", "/usr/local/bin/python3" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(python is null, "Python is missing: apt-get install -y python3 (3.10 or newer).");

        await Tool.RunAsync(
            Checkout.File("clients/python"),
            python!,
            ["-W", "error", "-m", "unittest", "discover", "--start-directory", "tests"],
            [.. Service, ("PYTHONPATH", "src"), ("PYTHONDONTWRITEBYTECODE", "1")]);
    }

    [GeneratedRegex("^# pass [1-9]", RegexOptions.Multiline)]
    private static partial Regex NodePassed();
}
