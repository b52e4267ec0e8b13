using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>The CUDA images have the CUDA and the cuDNN that ONNX Runtime's own libraries ask for. What they ask for was read out of the
/// package and noted in infra/docker/onnxruntime-gpu.json: the package is a third of a gigabyte, which no test downloads.</summary>
public sealed class OnnxRuntimeGpuTests
{
    private static readonly JsonNode Noted = JsonNode.Parse(Tree.Read("infra", "docker", "onnxruntime-gpu.json"))!;
    private static readonly Dockerfile Functions = Dockerfile.Of("infra/docker/functions.Dockerfile");

    [Fact]
    public void What_is_noted_is_of_the_version_that_is_built_with()
    {
        var line = Regex.Match(Tree.Read("Directory.Packages.props"), $"Include=\"{Noted["package"]}\" Version=\"([^\"]+)\"");
        var central = line.Groups[1].Value;

        Assert.True(
            (string)Noted["version"]! == central,
            $"{Noted["package"]} is {central} now: restore it, and note in infra/docker/onnxruntime-gpu.json what its libraries ask for.");
    }

    [Theory]
    [InlineData("functions-gpu")]
    [InlineData("local-gpu")]
    public void The_gpu_images_are_of_the_CUDA_and_the_cuDNN_that_are_noted(string target)
    {
        var stage = Functions.Stages.Single(stage => stage.Name == target);

        Assert.Matches($@"^nvidia/cuda:{Noted["cuda"]}\.[\d.]+-cudnn-runtime-ubuntu24\.04$", stage.Image);
        Assert.Contains($"libcudart.so.{Noted["cuda"]}", List("linked"));
        Assert.Contains($"libcudnn.so.{Noted["cudnn"]}", List("opened"));

        // The image's own build looks for them: those that are linked by ldd, the others by name.
        var checks = string.Concat(stage.Of("RUN").Select(run => run.Arguments));
        Assert.Contains("ldd runtimes/linux-x64/native/libonnxruntime_providers_cuda.so", checks, StringComparison.Ordinal);
        Assert.Equal(List("opened"), Regex.Match(checks, "for library in ([^;]+);").Groups[1].Value.Split(' '));
    }

    [Fact]
    public void Libraries_of_the_package_ask_for_what_is_noted()
    {
        var (id, version) = ($"{Noted["package"]}.Linux", (string)Noted["version"]!);
        var native = Path.Combine(Restored.Package(id, version), "runtimes", "linux-x64", "native");
        Assert.SkipUnless(Directory.Exists(native), $"{id} {version} is not restored here: dotnet restore functions -p:Gpu=true.");
        var provider = File.ReadAllBytes(Path.Combine(native, "libonnxruntime_providers_cuda.so"));

        var linked = Elf.Needed(provider).Where(name => SystemLibraries.PackageOf(name) is null).Order(StringComparer.Ordinal);
        Assert.Equal(List("linked"), linked);

        // A name that the code hands to dlopen is written into it in pieces: its beginning, and its end a few bytes on.
        foreach (var name in List("opened"))
        {
            var (start, end) = (Encoding.ASCII.GetBytes(name[..8]), Encoding.ASCII.GetBytes(name[name.IndexOf(".so.", StringComparison.Ordinal)..]));
            Assert.True(Positions(provider, start).Any(at => provider.AsSpan(at, 48).IndexOf(end) > 0), name);
        }
    }

    private static List<string> List(string what) => Noted[what].Deserialize<List<string>>()!;

    private static List<int> Positions(byte[] content, byte[] pattern)
    {
        var found = new List<int>();
        for (var at = content.AsSpan().IndexOf(pattern); at >= 0;)
        {
            found.Add(at);
            var next = content.AsSpan(at + 1).IndexOf(pattern);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return found;
    }
}
