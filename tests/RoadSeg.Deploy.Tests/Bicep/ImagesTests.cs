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
        Assert.Equal(["roadseg-functions", "roadseg-functions-gpu", "roadseg-trainer"], Builds(asked).Select(Image));

        // Noted last: what is noted is deployed by the next step.
        Assert.Equal($"azd env set --cwd infra/azure ROADSEG_IMAGE_TAG {Tag}", asked[^1]);
    }

    [Fact]
    public async Task Each_is_a_target_of_a_dockerfile_and_one_that_the_deployment_runs()
    {
        var (_, asked, _) = await RunAsync();
        foreach (var build in Builds(asked))
        {
            var match = Regex.Match(build, @"--image roadseg-([\w-]+):\w+ --file (\S+) --target (\S+) ");
            Assert.Equal(match.Groups[1].Value, match.Groups[3].Value);
            Assert.Contains(Docker.Dockerfile.Of(match.Groups[2].Value).Targets, target => target.Name == match.Groups[3].Value);
        }

        Assert.Equal(Deployment.Gpu.Ours.Select(Deployment.Image), Builds(asked).Select(Image));
    }

    [Fact]
    public async Task They_are_built_in_the_subscription_and_the_registry_of_the_environment()
    {
        var (_, asked, _) = await RunAsync();
        Assert.All(Builds(asked), build => Assert.StartsWith(
            "az acr build --subscription 11111111-2222-3333-4444-555555555555 --registry crroadseg ", build, StringComparison.Ordinal));

        foreach (var name in (string[])["AZURE_SUBSCRIPTION_ID", "ROADSEG_REGISTRY"])
        {
            (var code, asked, var error) = await RunAsync((name, ""));
            Assert.NotEqual(0, code);
            Assert.Empty(asked);
            Assert.Contains(name, error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Only_those_that_are_not_in_the_registry_are_built_as_after_one_that_failed()
    {
        var (code, asked, _) = await RunAsync(("THERE", $"roadseg-functions:{Tag} roadseg-trainer:{Tag}"));

        Assert.Equal(0, code);
        Assert.Equal(["roadseg-functions-gpu"], Builds(asked).Select(Image));
        Assert.Contains($"azd env set --cwd infra/azure ROADSEG_IMAGE_TAG {Tag}", asked);
    }

    [Fact]
    public async Task The_second_step_of_azd_up_builds_nothing()
    {
        var there = $"roadseg-functions:{Tag} roadseg-functions-gpu:{Tag} roadseg-trainer:{Tag}";
        var (code, asked, _) = await RunAsync(("THERE", there), ("ROADSEG_IMAGE_TAG", Tag));

        Assert.Equal(0, code);
        Assert.Empty(Builds(asked));
    }

    [Fact]
    public async Task Nothing_is_noted_for_deployment_when_a_build_fails()
    {
        var (code, asked, _) = await RunAsync(("FAILS", "trainer"));

        Assert.NotEqual(0, code);
        Assert.Equal(3, Builds(asked).Count());
        Assert.DoesNotContain(asked, line => line.StartsWith("azd ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "roadseg-trainer")]
    [InlineData("cpu", "roadseg-trainer")]
    [InlineData("cuda", "roadseg-trainer-cuda")]
    public async Task The_trainer_is_built_for_what_the_environment_says_and_then_deployed(string device, string image)
    {
        var (code, asked, _) = await RunAsync(("ROADSEG_TRAINER_DEVICE", device));

        Assert.Equal(0, code);
        Assert.Single(Builds(asked), build => Image(build) == image);
        Assert.Contains($"azd env set --cwd infra/azure ROADSEG_TRAINER_IMAGE {image}", asked);
    }

    [Fact]
    public async Task A_trainer_for_anything_else_is_refused_before_anything_is_built()
    {
        var (code, asked, error) = await RunAsync(("ROADSEG_TRAINER_DEVICE", "gpu"));

        Assert.NotEqual(0, code);
        Assert.Empty(asked);
        Assert.Contains("azd env set ROADSEG_TRAINER_DEVICE", error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Builds(IEnumerable<string> asked) =>
        asked.Where(line => line.StartsWith("az acr build ", StringComparison.Ordinal));

    private static string Image(string build) => Regex.Match(build, $"--image ([\\w-]+):{Tag} ").Groups[1].Value;

    private static async Task<(int Code, IReadOnlyList<string> Asked, string Error)> RunAsync(
        params (string Name, string Value)[] environment)
    {
        // The registry has what THERE lists; a build of the target FAILS fails.
        const string Script = """
            az() {
                echo az "$@"
                case "$*" in
                    *"repository show"*) for image in $THERE; do case "$*" in *" $image") return 0 ;; esac; done; return 3 ;;
                    *"--target $FAILS "*) return 1 ;;
                esac
            }
            azd() { echo azd "$@"; }
            git() { echo 0123456789ab; }
            . "$0"
            """;
        var start = new ProcessStartInfo("sh", ["-c", Script, Tree.At("infra", "azure", "images")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(name => Regex.IsMatch(name, "^(ROADSEG|AZURE)_")).ToList())
            start.Environment.Remove(name);
        (string, string)[] given =
        [
            ("ROADSEG_REGISTRY", "crroadseg"), ("AZURE_SUBSCRIPTION_ID", "11111111-2222-3333-4444-555555555555"),
            ("THERE", ""), ("FAILS", "none"), .. environment,
        ];
        foreach (var (name, value) in given)
            start.Environment[name] = value;

        using var sh = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        var (output, error) = (sh.StandardOutput.ReadToEndAsync(cancel), sh.StandardError.ReadToEndAsync(cancel));
        await sh.WaitForExitAsync(cancel);
        return (sh.ExitCode, [.. (await output).Split('\n').Where(line => line.StartsWith("az", StringComparison.Ordinal))], await error);
    }
}
