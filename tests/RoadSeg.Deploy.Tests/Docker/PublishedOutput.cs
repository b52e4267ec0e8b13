using System.Diagnostics;

namespace RoadSeg.Deploy.Tests.Docker;

/// <summary>The programs, published as the images' build stages publish them, and laid out as the images lay them out.</summary>
public sealed class PublishedOutput : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("roadseg-published").FullName;

    /// <summary>What /home/site/wwwroot of the images holds.</summary>
    public string App => Path.Combine(_folder, "app");

    public string LocalHost => Path.Combine(_folder, "local");

    public string Trainer => Path.Combine(_folder, "trainer");

    public async ValueTask InitializeAsync()
    {
        await PublishAsync("functions", App);
        await PublishAsync("infra/local", LocalHost);
        await PublishAsync("trainer", Trainer);
        Copy(Tree.At("models"), Path.Combine(App, "models"));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>An empty folder to run in.</summary>
    internal string Empty() => Directory.CreateDirectory(Path.Combine(_folder, "empty-" + Guid.NewGuid().ToString("N"))).FullName;

    /// <summary>The options of the images' own `dotnet publish`.</summary>
    internal static string[] Options(string project) => [.. Dockerfile.All.SelectMany(file => file.Instructions)
        .Where(instruction => instruction.Keyword == "RUN")
        .Select(instruction => instruction.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .First(words => words is ["dotnet", "publish", var name, ..] && name == project)
        .Skip(3).TakeWhile(word => word != "-o")];

    private async Task PublishAsync(string project, string to)
    {
        // What these tests were built with is what the images build.
        var options = Options(project).Select(option => option == "Release" ? Tree.Configuration : option);
        string[] arguments = ["publish", Tree.At(project), .. options, "--no-build", "-o", to, "-v", "quiet", "-nodeReuse:false"];
        using var publish = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (publish.StandardOutput.ReadToEndAsync(), publish.StandardError.ReadToEndAsync());
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"dotnet publish {project} failed:\n{await output}{await error}");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
