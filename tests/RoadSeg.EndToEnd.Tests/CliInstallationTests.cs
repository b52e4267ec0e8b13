namespace RoadSeg.EndToEnd.Tests;

/// <summary>The command with a native library that does not load: was a stack trace.</summary>
public sealed class CliInstallationTests
{
    [Theory]
    [InlineData("libvips.so.42", "NetVips.Native.linux-x64")]
    [InlineData("libonnxruntime.so", "Microsoft.ML.OnnxRuntime")]
    public async Task A_package_is_not_checked_but_the_library_is_named(string library, string package)
    {
        using var cli = new Installation(Path.Combine(AppContext.BaseDirectory, "RoadSeg.Cli.dll"));
        cli.Replace(library, Installation.OfTomorrow);

        var (code, output, errors) = await cli.RunAsync(["models", "check", Checkout.File("models/default")]);

        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("roadseg: ", errors, StringComparison.Ordinal);
        Assert.Contains($"'{cli.NativeOf(library)}' cannot be loaded. It needs glibc 2.28 ", errors, StringComparison.Ordinal);
        Assert.Contains($"the package {package}.", errors, StringComparison.Ordinal);
        Assert.Single(errors.TrimEnd().Split('\n'));
    }
}
