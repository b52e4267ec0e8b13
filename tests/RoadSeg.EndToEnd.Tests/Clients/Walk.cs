using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace RoadSeg.EndToEnd.Tests.Clients;

/// <summary>A program in the folder Walks, compiled with a generated client: what a user would write.</summary>
internal static class Walk
{
    // What the generated code asks about the framework that it is compiled for.
    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest, DocumentationMode.None, preprocessorSymbols: ["NETCOREAPP3_1_OR_GREATER", "NET8_0_OR_GREATER"]);

    // All that this test has, Kiota's and NSwag's own needs included.
    private static readonly Lazy<MetadataReference[]> References = new(static () =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(static file => MetadataReference.CreateFromFile(file))]);

    /// <summary>Compiles and runs it.</summary>
    /// <param name="name">The file's name and its class's, which has a method RunAsync of the service's client and a photo.</param>
    /// <param name="generated">Folder of the generated code.</param>
    /// <param name="api">Calls the service.</param>
    public static async Task TakeAsync(string name, string generated, HttpClient api)
    {
        string[] sources = [Checkout.File($"tests/RoadSeg.EndToEnd.Tests/Clients/Walks/{name}.cs"), .. Directory.EnumerateFiles(generated, "*.cs", SearchOption.AllDirectories)];
        var compilation = CSharpCompilation.Create(
            name,
            sources.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Language, file)),
            References.Value,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        using var assembly = new MemoryStream();
        var emitted = compilation.Emit(assembly, cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)));

        assembly.Position = 0;
        var walk = AssemblyLoadContext.Default.LoadFromStream(assembly).GetTypes().Single(type => type.Name == name).GetMethod("RunAsync", BindingFlags.Public | BindingFlags.Static)!;
        await (Task)walk.Invoke(null, [api, Photos.Street])!;
    }
}
