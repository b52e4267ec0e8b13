using System.Globalization;
using RoadSeg.Errors;

namespace RoadSeg.Tests.Datasets;

/// <summary>One thing is damaged in a set of every layout and export, by lot. <c>ROADSEG_DAMAGED_SETS=10000</c> tries as many, <c>ROADSEG_DAMAGE_SEED</c> begins elsewhere;
/// <c>ROADSEG_DAMAGE_LOG</c> names a file for the outcomes.</summary>
public sealed class DamagedSetTests
{
    private const int Short = 300;

    [Fact]
    public async Task A_damaged_set_is_refused_or_reported_in_words_for_people_and_nothing_else_happens()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var root = new TempFolder();
        var sets = await TinySet.AllAsync(root.Path, cancel);
        var (count, seed) = (Number("ROADSEG_DAMAGED_SETS") ?? Short, Number("ROADSEG_DAMAGE_SEED") ?? 1);
        var (faults, refused, outcomes) = (new List<string>(), 0, new SortedDictionary<string, int>(StringComparer.Ordinal));
        var usable = new Dictionary<string, long>();
        foreach (var set in sets)
        {
            if (await set.Check(cancel) is { } sound)
            {
                Assert.True(!sound.Faults.Any(group => group.Skipped) && sound.Pairs >= 3, set.Name);
                usable[set.Name] = sound.Usable;
            }
        }

        for (var i = 0; i < count; i++)
        {
            var set = sets[i % sets.Count];
            var damage = Damage.Do(set.Folder, new Random(seed + i));
            try
            {
                var report = await set.Check(cancel);
                foreach (var kind in report?.Faults ?? [])
                    outcomes[kind.Title] = outcomes.GetValueOrDefault(kind.Title) + 1;
                foreach (var detail in report?.Faults.SelectMany(group => group.Examples).Select(fault => fault.Detail) ?? [])
                    JsonFaultTests.IsForPeople(detail);
                if (damage.OneRecord && report is { Usable: < 2 })
                    Fault("the other records were not read");
                if (report is not null && report.Usable < usable[set.Name])
                {
                    var told = report.Faults.SelectMany(group => group.Examples).ToList();
                    if (told.Count == 0)
                        Fault($"{usable[set.Name] - report.Usable} records are gone and nothing tells of it");
                    else if (damage is { IsPicture: true, IsThere: true } && !told.Exists(fault => $"{fault.File} {fault.Detail}".Contains(damage.File, StringComparison.Ordinal)))
                        Fault($"no finding names the picture: {told[0]}");
                }
            }
            catch (RoadSegException e)
            {
                refused++;
                outcomes[e.Code.Code] = outcomes.GetValueOrDefault(e.Code.Code) + 1;
                JsonFaultTests.IsForPeople(e.Message);
                if (e.Code.Fault == RoadSeg.Errors.Fault.Service && e.Code != ErrorCodes.CuratedSetInvalid)
                    Fault($"is the service's fault: {e.Code} {e.Message}");
                if (damage.IsPicture && set.Name is not ("export" or "zip"))
                    Fault($"one picture refuses the set: {e.Message}");
                if (damage.OneRecord)
                    Fault($"one record refuses the set: {e.Message}");
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Fault($"{e.GetType().Name}: {e.Message.Split('\n')[0]} {e.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("RoadSeg", StringComparison.Ordinal))?.Trim()}");
            }
            finally
            {
                damage.Undo();
            }

            void Fault(string what) => faults.Add($"{set.Name}, seed {seed + i}, {damage.What}: {what}");
        }

        TestContext.Current.SendDiagnosticMessage($"{count} damaged sets of {sets.Count} kinds, {refused} refused; {string.Join(", ", outcomes.Select(outcome => $"{outcome.Key} {outcome.Value}"))}");
        if (Environment.GetEnvironmentVariable("ROADSEG_DAMAGE_LOG") is { Length: > 0 } log)
            await File.WriteAllLinesAsync(log, [$"{count} sets, {refused} refused", .. outcomes.Select(outcome => $"{outcome.Value} {outcome.Key}"), .. faults], cancel);
        Assert.True(faults.Count == 0, $"{faults.Count} of {count}:\n{string.Join('\n', faults.Take(40))}");
    }

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
