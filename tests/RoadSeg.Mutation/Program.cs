using System.Globalization;
using System.Text.Json;
using RoadSeg.Mutation;

// Which sources are looked at: queued work, uploads, webhooks, admission, inference queueing, storage and registry. Services are put together and examples
// are shown by files of their own, which no test of a mistake could tell apart.
string[] scope =
[
    "functions/Jobs/", "functions/Uploads/", "functions/Webhooks/", "functions/Segmentation/", "functions/Retention/", "shared/Work/", "functions/Datasets/", "functions/Trainings/", "functions/Models/", "functions/Storage/",
    "functions/Api/Waits.cs", "functions/Api/IndexPages.cs", "functions/Api/CallerKeys.cs",
    "shared/Jobs/", "shared/Storage/", "shared/Registry/", "shared/Trainings/",
];
string[] but = ["functions/Datasets/DatasetExamples.cs", "functions/Datasets/Log.cs"];

switch (args)
{
    case ["plant", var root, var built, var list, var seed, var count]:
        Plant(root, built, list, int.Parse(seed, CultureInfo.InvariantCulture), int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["reach", var tests, var folder, .. var classes]:
        await Runner.ReachAsync(tests, folder, classes);
        return 0;
    case ["run", var list, var folder, var verdicts, var minutes, .. var only]:
        await Runner.RunAsync(Read(list), folder, verdicts, TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)), only.Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToHashSet());
        return 0;
    case ["table", var list, var verdicts]:
        Runner.Print(Read(list), verdicts);
        return 0;
    default:
        Console.Error.WriteLine("""
            plant ROOT BUILT LIST SEED COUNT   weave mistakes into the tree at ROOT, a copy; BUILT holds the libraries it refers to; LIST is written
            reach TESTS FOLDER [CLASS ...]     note in FOLDER which mistakes each test class of an assembly reaches, and how long it takes
            run LIST FOLDER VERDICTS MINUTES [ID ...]   make one mistake after the other, as long as there is time; goes on where it stopped; ID: those alone, anew, with all classes
            table LIST VERDICTS                what became of them
            """);
        return 1;
}

void Plant(string root, string built, string list, int seed, int count)
{
    var sources = new Sources(root, built);
    var all = sources.Candidates(scope, but);
    var order = new Order(seed).Of(all);
    var (chosen, dropped, next) = (new List<(int Id, Candidate Mistake)>(), 0, 0);
    while (true)
    {
        while (chosen.Count < count && next < order.Count)
        {
            var candidate = order[next++];
            chosen.Add((chosen.Count == 0 ? 1 : chosen.Max(each => each.Id) + 1, candidate));
        }

        var broken = sources.Broken(chosen);
        if (broken.Count == 0)
            break;
        dropped += broken.Count;
        chosen.RemoveAll(each => broken.Contains(each.Id));
    }

    foreach (var (file, text) in sources.Woven(chosen))
        File.WriteAllText(Path.Combine(root, file), text);
    File.WriteAllText(Path.Combine(root, "shared", "Mutant.cs"), Sources.Runtime(chosen.Max(each => each.Id)));
    File.WriteAllLines(list, chosen.Select(each => JsonSerializer.Serialize(
        new Mutation(each.Id, each.Mistake.File, each.Mistake.Line, each.Mistake.Kind, each.Mistake.Was, each.Mistake.Becomes))));
    Console.WriteLine($"{all.Count} mistakes could be made; {chosen.Count} are planted, {dropped} of the sample did not compile.");
}

static IReadOnlyList<Mutation> Read(string list) => [.. File.ReadLines(list).Select(line => JsonSerializer.Deserialize<Mutation>(line)!)];
