using System.Reflection;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace RoadSeg.Mutation;

/// <summary>The sources of the service, compiled in memory: without what generators add, so that errors are compared and not taken for what they say.</summary>
internal sealed class Sources
{
    private static readonly CSharpParseOptions Form = new(LanguageVersion.Latest);

    private readonly string _root;
    private readonly IReadOnlyList<MetadataReference> _references;
    private readonly Dictionary<string, string> _texts = [];

    /// <param name="root">Root of the tree.</param>
    /// <param name="built">Folder with everything that the sources refer to: the output of their tests.</param>
    public Sources(string root, string built)
    {
        _root = root;
        foreach (var folder in (string[])["functions", "shared"])
        {
            foreach (var path in Directory.EnumerateFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            {
                var file = Path.GetRelativePath(root, path);
                var parts = file.Split(Path.DirectorySeparatorChar);
                if (!parts.Contains("bin") && !parts.Contains("node_modules") && (!parts.Contains("obj") || (path.EndsWith(".GlobalUsings.g.cs", StringComparison.Ordinal) && parts.Contains("Release"))))
                    _texts[file] = File.ReadAllText(path);
            }
        }

        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var web = Path.Combine(runtime, "..", "..", "Microsoft.AspNetCore.App", Path.GetFileName(runtime));
        var libraries = ((string[])[runtime, web, built]).Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll")).Where(IsManaged);
        _references = [.. libraries.DistinctBy(Path.GetFileName).Select(path => MetadataReference.CreateFromFile(path))];
    }

    /// <summary>Every mistake that could be made in files whose paths begin so, in the order of the sources.</summary>
    public IReadOnlyList<Candidate> Candidates(IReadOnlyList<string> scope, IReadOnlyList<string> but)
    {
        var compilation = Compile(_texts);
        return
        [
            .. compilation.SyntaxTrees.Where(tree => scope.Any(start => tree.FilePath.StartsWith(start, StringComparison.Ordinal)) && !but.Contains(tree.FilePath))
                .OrderBy(tree => tree.FilePath, StringComparer.Ordinal)
                .SelectMany(tree => new Operators(tree.FilePath, tree, compilation.GetSemanticModel(tree)).Find()),
        ];
    }

    /// <summary>Files with the mistakes woven in.</summary>
    public Dictionary<string, string> Woven(IReadOnlyList<(int Id, Candidate Mistake)> chosen) => chosen.GroupBy(each => each.Mistake.File)
        .ToDictionary(group => group.Key, group => Weave(_texts[group.Key], [.. group]));

    /// <summary>Numbers of the mistakes that do not compile.</summary>
    public IReadOnlySet<int> Broken(IReadOnlyList<(int Id, Candidate Mistake)> chosen)
    {
        var woven = Woven(chosen);
        var known = Errors(Compile(_texts)).GroupBy(Key).ToDictionary(group => group.Key, group => group.Count());
        var texts = new Dictionary<string, string>(_texts);
        foreach (var (file, text) in woven)
            texts[file] = text;
        texts["Mutant.cs"] = Runtime(0);
        var broken = new HashSet<int>();
        foreach (var group in Errors(Compile(texts)).GroupBy(Key))
        {
            if (group.Count() <= known.GetValueOrDefault(group.Key))
                continue;
            foreach (var error in group)
            {
                // Every switch on the line, for whichever it is; where it has none, on the nearest line before it.
                var lines = SourceText.From(texts[error.Location.SourceTree!.FilePath]).Lines;
                for (var line = error.Location.GetLineSpan().StartLinePosition.Line; line >= 0; line--)
                {
                    var text = lines[line].ToString();
                    var here = chosen.Where(each => text.Contains(Candidate.Switch(each.Id), StringComparison.Ordinal)).Select(each => each.Id).ToList();
                    broken.UnionWith(here);
                    if (here.Count > 0)
                        break;
                }
            }
        }

        return broken;

        static string Key(Diagnostic error) => $"{error.Location.SourceTree?.FilePath} {error.Id} {error.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}";
    }

    /// <summary>The class that the switches ask. Reached ones are written down at once: a process may be killed.</summary>
    public static string Runtime(int most) => $$"""
        namespace RoadSeg;
        #nullable enable
        public static class Mutant
        {
            private static readonly int Active = int.TryParse(System.Environment.GetEnvironmentVariable("ROADSEG_MUTANT"), out var id) ? id : -1;
            private static readonly string? Reached = System.Environment.GetEnvironmentVariable("ROADSEG_MUTANT_REACHED");
            private static readonly bool[] Noted = new bool[{{most + 1}}];
            private static readonly object Gate = new();

            public static bool Is(int id)
            {
                if (Reached is not null && !Noted[id])
                {
                    lock (Gate)
                    {
                        if (!Noted[id])
                            System.IO.File.AppendAllText(Reached, id + "\n");
                        Noted[id] = true;
                    }
                }

                return id == Active;
            }
        }
        """;

    private static IEnumerable<Diagnostic> Errors(CSharpCompilation compilation) => compilation.GetDiagnostics().Where(each => each.Severity == DiagnosticSeverity.Error && each.Location.IsInSource);

    private static CSharpCompilation Compile(Dictionary<string, string> texts, IReadOnlyList<MetadataReference> references) => CSharpCompilation.Create(
        "RoadSeg", texts.Select(each => CSharpSyntaxTree.ParseText(each.Value, Form, each.Key)), references,
        new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable, allowUnsafe: true));

    private CSharpCompilation Compile(Dictionary<string, string> texts) => Compile(texts, _references);

    // From the inside out: a mistake around others holds them in its sound branch.
    private static string Weave(string text, IReadOnlyList<(int Id, Candidate Mistake)> chosen)
    {
        var result = new StringBuilder();
        Append(0, text.Length, [.. chosen.OrderBy(each => each.Mistake.Span.Start).ThenByDescending(each => each.Mistake.Span.Length)]);
        return result.ToString();

        void Append(int from, int to, List<(int Id, Candidate Mistake)> inside)
        {
            while (inside.Count > 0)
            {
                var (id, outer) = inside[0];
                var inner = inside.Skip(1).TakeWhile(each => each.Mistake.Span.Start < outer.Span.End).ToList();
                inside.RemoveRange(0, inner.Count + 1);
                result.Append(text, from, outer.Span.Start - from);
                var mark = result.Length;
                Append(outer.Span.Start, outer.Span.End, inner);
                var woven = outer.Weave(id, result.ToString(mark, result.Length - mark));
                result.Length = mark;
                result.Append(woven);
                from = outer.Span.End;
            }

            result.Append(text, from, to - from);
        }
    }

    private static bool IsManaged(string path)
    {
        try
        {
            // The service itself is compiled here.
            return AssemblyName.GetAssemblyName(path).Name is { } name && name is not ("RoadSeg.Functions" or "RoadSeg.Shared" or "RoadSeg");
        }
        catch (BadImageFormatException)
        {
            return false;
        }
    }
}
