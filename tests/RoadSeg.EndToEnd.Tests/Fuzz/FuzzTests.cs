using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests.Fuzz;

/// <summary>Every operation of the API document with values made from its schemas, valid and not: no 500, and no answer that the document
/// does not describe. Short here; <c>./roadseg fuzz --minutes N [--seed S]</c> runs the same for minutes.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    // About twenty an operation: of those that take much, most are refused by one of its parts.
    private const int ShortRun = 1100;
    private const int AtOnce = 4;
    private const int MostShown = 50;

    private static readonly double? Minutes =
        double.TryParse(Environment.GetEnvironmentVariable("ROADSEG_FUZZ_MINUTES"), CultureInfo.InvariantCulture, out var given) ? given : null;

    private static readonly int Seed =
        int.TryParse(Environment.GetEnvironmentVariable("ROADSEG_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 14;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task No_request_gets_a_500_or_an_answer_that_the_document_does_not_describe()
    {
        await using var stack = await FuzzStack.StartAsync(Cancel);
        var operations = ApiOperation.All(stack.Document);
        var maker = new RequestMaker(stack.Document, operations, stack.Known, stack.Keys, Seed);
        var check = new AnswerCheck(stack.Document);
        var findings = new ConcurrentDictionary<string, string>();
        var answers = new ConcurrentDictionary<(string, int), int>();
        var clock = Stopwatch.StartNew();
        var sent = 0;
        await Parallel.ForEachAsync(Numbers(clock), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Cancel },
            async (number, cancel) =>
        {
            var request = maker.Make(number);
            var (answer, faults) = await AskAsync(stack, check, request, cancel);
            Interlocked.Increment(ref sent);
            answers.AddOrUpdate((request.Operation.ToString(), answer?.Status ?? 0), 1, static (_, count) => count + 1);
            foreach (var fault in faults)
            {
                // One example of each kind is enough.
                findings.TryAdd(
                    $"{request.Operation}: {new string([.. fault.TakeWhile(static c => c != '=').Take(120)])}",
                    $"{request.Operation}: {fault}\n  seed {Seed}, request {number}: {request.Curl(stack.Client.BaseAddress!, Bodies)}\n  answer: {Shown(answer)}"
                    + (answer?.Status >= 500 ? $"\n  logged: {stack.Errors.Latest}" : ""));
            }
        });

        output.WriteLine($"Seed {Seed}: {sent:N0} requests to {operations.Count} operations in {clock.Elapsed.TotalSeconds:F0} s, {findings.Count} kinds of findings.");
        foreach (var group in answers.GroupBy(static answer => answer.Key.Item1).OrderBy(static group => group.Key, StringComparer.Ordinal))
            output.WriteLine($"  {group.Key}: {string.Join(", ", group.OrderBy(static one => one.Key.Item2).Select(static one => $"{one.Value} x {one.Key.Item2}"))}");
        Assert.True(findings.IsEmpty,
            $"{findings.Count} kinds of findings.\n" + string.Join('\n', findings.Values.Order(StringComparer.Ordinal).Take(MostShown)));

        // A run that never comes past the first check would find nothing.
        Assert.All(operations, operation =>
            Assert.Contains(answers.Keys, answer => answer.Item1 == operation.ToString() && answer.Item2 is >= 200 and < 500 and not 401));
        var succeeded = answers.Keys.Where(static answer => answer.Item2 is >= 200 and < 300).Select(static answer => answer.Item1).Distinct();
        Assert.True(succeeded.Count() > operations.Count * 3 / 4);
    }

    private static string Bodies => Path.Combine(Workspace.Root, "TestResults");

    private static IEnumerable<int> Numbers(Stopwatch clock)
    {
        for (var number = 0; Minutes is { } minutes ? clock.Elapsed.TotalMinutes < minutes : number < ShortRun; number++)
            yield return number;
    }

    private static async Task<(FuzzAnswer? Answer, IEnumerable<string> Faults)> AskAsync(FuzzStack stack, AnswerCheck check,
        FuzzRequest request, CancellationToken cancel)
    {
        try
        {
            using var message = request.Message(stack.Client.BaseAddress!);
            using var response = await stack.Client.SendAsync(message, cancel);
            var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(static header => header.Key, static header =>
                string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
            var answer = new FuzzAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, headers,
                await response.Content.ReadAsByteArrayAsync(cancel));
            stack.Learn(request, answer);
            return (answer, check.Faults(request, answer));
        }
        catch (Exception e) when (e is HttpRequestException or IOException
            || (e is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return (null, [$"no answer: {e.GetBaseException().Message}"]);
        }
    }

    private static string Shown(FuzzAnswer? answer) =>
        answer is null ? "none"
            : $"{answer.Status} {answer.MediaType} {System.Text.Encoding.UTF8.GetString(answer.Body.AsSpan(0, Math.Min(answer.Body.Length, 400)))}";
}
