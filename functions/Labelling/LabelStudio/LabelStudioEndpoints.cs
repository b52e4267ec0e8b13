using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Models;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>What Label Studio asks of an ML backend (docs/labelling.md names the sources): predictions by the version that
/// serves.</summary>
internal static class LabelStudioEndpoints
{
    // A photo as large as a request may bring one, in base64, or some hundred tasks with what was drawn on them before.
    private const long MaxBody = 32 << 20;

    // Configurations; a webhook brings a task with all its annotations.
    private const long MaxOther = 16 << 20;

    public static void MapLabelStudio(this IEndpointRouteBuilder app)
    {
        var group = ToolCaller.Map(app, "/label-studio");
        group.MapGet("/", Health);
        group.MapGet("/health", Health);
        group.MapGet("/versions", Versions);
        group.MapPost("/setup", SetUpAsync);
        group.MapPost("/validate", ValidateAsync);
        group.MapPost("/predict", PredictAsync);
        group.MapPost("/webhook", (Delegate)HearAsync);
        group.MapPost("/train", static IResult () => throw NotTrained());
    }

    private static JsonHttpResult<LabelStudioAnswer> Health(LiveModel live) =>
        live.Serving is { } serving ? Answer(new LabelStudioAnswer("UP", "RoadSeg", serving.ToString())) : Down();

    private static JsonHttpResult<LabelStudioAnswer> Versions(LiveModel live) =>
        live.Serving is { } serving ? Answer(new LabelStudioAnswer(Versions: [serving.ToString()])) : Down();

    private static async Task<IResult> SetUpAsync(HttpContext context, LiveModel live, ILogger<LabelStudioPredictions> log)
    {
        using var body = await ReadAsync(context, MaxOther);
        if (live.Serving is not { } serving)
            return Down();
        try
        {
            Tell(log, body.Value, Unlabelled(live, LabelConfig.Parse(body.Value.Schema)));
        }
        catch (RoadSegException)
        {
            // A new project has no labels yet, and is connected all the same: whoever asks for a prediction hears of it.
        }

        return Answer(new LabelStudioAnswer(ModelVersion: serving.ToString()));
    }

    private static async Task<IResult> ValidateAsync(HttpContext context, LiveModel live)
    {
        using var body = await ReadAsync(context, MaxOther);
        return Answer(new LabelStudioAnswer("ok", ClassesWithoutLabel: Unlabelled(live, LabelConfig.Parse(body.Value.Config))));
    }

    private static async Task<IResult> PredictAsync(
        HttpContext context,
        LiveModel live,
        LabelStudioPredictions predictions,
        ILogger<LabelStudioPredictions> log
    )
    {
        using var body = await ReadAsync(context, MaxBody);
        if (body.Value.Tasks is not { } tasks || tasks.Any(static task => task is null))
            throw new RoadSegException(ErrorCodes.RequestInvalid, "The body has no \"tasks\", a list of tasks.");
        var config = LabelConfig.Parse(body.Value.LabelConfig);
        Tell(log, body.Value, Unlabelled(live, config));
        var outcomes = await predictions.PredictAsync(body.Value, tasks, config, ToolCaller.Of(context), context.RequestAborted);

        // Label Studio shows why a call failed, and of single tasks only leaves them out.
        if (outcomes.Count > 0 && outcomes.All(static outcome => outcome.Failure is not null))
            throw new RoadSegException(outcomes[0].Failure!.Code, outcomes[0].Failure!.Message, outcomes[0].Failure);
        return TypedResults.Bytes(Results(outcomes), "application/json");
    }

    // Every event of the project is sent here once it is connected.
    private static async Task<IResult> HearAsync(HttpContext context)
    {
        using var body = await ReadAsync(context, MaxOther);
        return body.Value.Action == "START_TRAINING" ? throw NotTrained() : Answer(new LabelStudioAnswer("ignored"));
    }

    private static Task<ToolBody<LabelStudioCall>> ReadAsync(HttpContext context, long most) =>
        ToolBody<LabelStudioCall>.ReadAsync(context, most, LabelStudioJson.Default.LabelStudioCall);

    private static string[] Unlabelled(LiveModel live, LabelConfig config)
    {
        var classes = live.Package.Manifest.Labels.Classes;
        string[] without = [.. classes.Select(static label => label.Name).Where(name => config.LabelOf(name) is null)];
        return without.Length < classes.Count
            ? without
            : throw new RoadSegException(
                ErrorCodes.RequestInvalid,
                $"No label of the configuration is a class of the model. Name labels, or their aliases, {string.Join(", ", without)}."
            );
    }

    private static void Tell(ILogger log, LabelStudioCall call, string[] without)
    {
        if (without.Length > 0)
            Log.ClassesUnlabelled(log, call.ProjectName, string.Join(", ", without));
    }

    // In place of a prediction that there is not stands an object without a result, which Label Studio logs and leaves out; an empty
    // prediction would be kept, and not be asked for again.
    private static byte[] Results(IReadOnlyList<TaskOutcome> outcomes)
    {
        using var made = new MemoryStream();
        using (var json = new Utf8JsonWriter(made))
        {
            json.WriteStartObject();
            json.WriteStartArray("results");
            foreach (var (prediction, failure) in outcomes)
            {
                if (failure is null)
                {
                    json.WriteRawValue(prediction.Span, skipInputValidation: true);
                    continue;
                }

                json.WriteStartObject();
                json.WritePropertyName("error");
                JsonSerializer.Serialize(json, Problem.Of(failure.Code, failure.Message), ApiJson.Plain.Problem);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return made.ToArray();
    }

    private static RoadSegException NotTrained() =>
        new(
            ErrorCodes.RequestInvalid,
            "RoadSeg does not train on Label Studio's button. Export the project as JSON and drop it as a data set with a training run "
                + "(docs/labelling.md)."
        );

    private static JsonHttpResult<LabelStudioAnswer> Down() =>
        TypedResults.Json(
            new LabelStudioAnswer("DOWN"),
            LabelStudioJson.Default.LabelStudioAnswer,
            statusCode: StatusCodes.Status503ServiceUnavailable
        );

    private static JsonHttpResult<LabelStudioAnswer> Answer(LabelStudioAnswer answer) =>
        TypedResults.Json(answer, LabelStudioJson.Default.LabelStudioAnswer);
}
