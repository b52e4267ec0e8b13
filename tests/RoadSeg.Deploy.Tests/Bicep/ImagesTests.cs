using System.Diagnostics;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Bicep;

/// <summary>infra/azure/images, run with an az and an azd that only say what they were asked.</summary>
public sealed class ImagesTests
{
    private const string Tag = "0123456789ab";

    [Theory]
    [InlineData("none")]
    [InlineData("Consumption-GPU-NC8as-T4")]
    public async Task Every_image_that_a_deployment_may_come_to_need_is_built_whichever_runs_now(string gpuProfile)
    {
        var (code, asked, _) = await RunAsync(("ROADSEG_GPU_PROFILE", gpuProfile));

        Assert.Equal(0, code);
        Assert.Equal(
            Regex.Matches(BicepFile.Everything, @"/(roadseg-[\w-]+):\$\{imageTag\}").Select(match => match.Groups[1].Value).Order(),
            Builds(asked).Select(build => Regex.Match(build, $"--image ([\\w-]+):{Tag} ").Groups[1].Value).Order());
        Assert.Equal($"azd env set --cwd infra/azure ROADSEG_IMAGE_TAG {Tag}", asked.Last(line => line.StartsWith("azd ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task They_are_built_in_the_subscription_and_the_registry_of_the_environment()
    {
        var (_, asked, _) = await RunAsync();
        Assert.All(Builds(asked), build => Assert.StartsWith("az acr build --subscription 11111111-2222-3333-4444-555555555555 --registry crroadseg ", build, StringComparison.Ordinal));

        foreach (var name in (string[])["AZURE_SUBSCRIPTION_ID", "ROADSEG_REGISTRY"])
        {
            (var code, asked, var error) = await RunAsync((name, ""));
            Assert.NotEqual(0, code);
            Assert.Empty(asked);
            Assert.Contains(name, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Images_that_are_deployed_are_not_built_again()
    {
        var (code, asked, _) = await RunAsync(("ROADSEG_IMAGE_TAG", Tag));

        Assert.Equal(0, code);
        Assert.Empty(Builds(asked));
    }

    [Theory]
    [InlineData("", "", "trainer", "cpu")]
    [InlineData("cpu", "", "trainer", "cpu")]
    [InlineData("cpu", "https://example.org/libtorch.zip", "trainer-cuda", "cuda")]
    [InlineData("cuda", "https://example.org/libtorch.zip", "trainer-cuda", "cuda")]
    public async Task The_trainer_is_built_for_cuda_where_an_archive_is_named_and_for_the_cpu_otherwise(string before, string archive, string target, string after)
    {
        var (code, asked, _) = await RunAsync(("ROADSEG_TRAINER_DEVICE", before), ("LIBTORCH_URL", archive), ("LIBTORCH_SHA256", archive is "" ? "" : "abc"));

        Assert.Equal(0, code);
        Assert.Single(Builds(asked), build => build.Contains($"--target {target} ", StringComparison.Ordinal));
        Assert.Contains($"azd env set --cwd infra/azure ROADSEG_TRAINER_DEVICE {after}", asked);
    }

    [Fact]
    public async Task A_trainer_for_cuda_does_not_become_one_for_the_cpu_because_nobody_named_the_archive_again()
    {
        var (code, asked, error) = await RunAsync(("ROADSEG_TRAINER_DEVICE", "cuda"));

        Assert.NotEqual(0, code);
        Assert.Empty(asked);
        Assert.Contains("azd env set LIBTORCH_URL", error, StringComparison.Ordinal);

        // What azd keeps, its hooks get at the next version too.
        Assert.All(["azd env set LIBTORCH_URL", "azd env set LIBTORCH_SHA256", "azd env set ROADSEG_TRAINER_DEVICE cpu"], way => Assert.Contains(way, Tree.Read("docs", "deploy.md"), StringComparison.Ordinal));
    }

    private static IEnumerable<string> Builds(IEnumerable<string> asked) => asked.Where(line => line.StartsWith("az acr build ", StringComparison.Ordinal));

    private static async Task<(int Code, IReadOnlyList<string> Asked, string Error)> RunAsync(params (string Name, string Value)[] environment)
    {
        const string Script = "az() { echo az \"$@\"; }\nazd() { echo azd \"$@\"; }\ngit() { echo " + Tag + "; }\n. \"$0\"";
        var start = new ProcessStartInfo("sh", ["-c", Script, Tree.At("infra", "azure", "images")]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var name in start.Environment.Keys.Where(name => Regex.IsMatch(name, "^(ROADSEG|LIBTORCH|AZURE)_")).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in ((string, string)[])[("ROADSEG_REGISTRY", "crroadseg"), ("AZURE_SUBSCRIPTION_ID", "11111111-2222-3333-4444-555555555555"), .. environment])
            start.Environment[name] = value;

        using var sh = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var (output, error) = (sh.StandardOutput.ReadToEndAsync(cancel), sh.StandardError.ReadToEndAsync(cancel));
        await sh.WaitForExitAsync(cancel);
        return (sh.ExitCode, (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith("az", StringComparison.Ordinal)).ToList(), await error);
    }
}
