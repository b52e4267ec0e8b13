using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using RoadSeg.Capture;
using RoadSeg.Client;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Service;

/// <summary>The options and arguments that the commands over the HTTP API share.</summary>
internal static class ServiceOptions
{
    public const string LocalAddress = "http://127.0.0.1:7071";

    public static readonly Option<Uri?> Server = new("--server")
    {
        Description = $"Address of the service. Default: {LocalAddress}, which './roadseg up' serves.",
        HelpName = "url",
        CustomParser = Address,
    };

    public static readonly Option<string?> Key = new("--key")
    {
        Description =
            "Function key of the service. Default: the environment variable ROADSEG_KEY, which other users of the machine cannot see.",
        HelpName = "key",
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Print JSON, one document a line, and nothing else." };

    public static readonly Option<string?> Model = new("--model")
    {
        Description =
            "The model to use, as name or name@version. Default: the one that serves. Where 'segment' starts a service of its own: "
            + "default, open or the folder of a package as well.",
        HelpName = "model",
    };

    public static readonly Option<Dictionary<string, string>?> Tags = Notes(
        "A note of your own, shown with the job. May be given up to 16 times."
    );

    public static readonly Option<string?> Webhook = new("--webhook")
    {
        Description = "https address to notify when a job has ended.",
        HelpName = "url",
    };

    public static readonly Option<string?> Privacy = Words(
        "--privacy",
        "What is not to be kept of the photos. no-location: position, altitude and direction are never read from them. redact: people, "
            + "riders and vehicles are obscured, and the originals deleted.",
        JobPrivacies.Names
    );

    public static readonly Option<string?> Detail = Words(
        "--detail",
        "How closely to look at the photos. high: also at overlapping tiles nearer to their own resolution, with several runs of the "
            + "model, which are said before anything is sent. Default: normal.",
        JobDetails.Names
    );

    public static readonly Option<string?> Redact = new("--redact")
    {
        Description =
            "Classes to obscure in place of people, riders and vehicles, with commas between, and with that --privacy redact: names of the "
            + "model's classes, people, riders, vehicles, or default for these three.",
        HelpName = "classes",
    };

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<string?> Words(string name, string description, IEnumerable<string> words) =>
        new Option<string?>(name) { Description = description }.AcceptOnlyFromAmong([.. words]);

    public static readonly Option<MinConfidence?> MinConfidence = new("--min-confidence")
    {
        Description =
            "Make unknown what the model is less sure of: 0.6 for every class, card for what the model's card states, and car:0.8 for each "
            + "class that differs. May be given several times.",
        HelpName = "0-1|card|class:0-1",
        Arity = ArgumentArity.ZeroOrMore,
        CustomParser = Floors,
    };

    /// <summary>Notes as name:value.</summary>
    public static Option<Dictionary<string, string>?> Notes(string description) =>
        new("--tag")
        {
            Description = description,
            HelpName = "name:value",
            Arity = ArgumentArity.ZeroOrMore,
            CustomParser = Parsed,
        };

    public static readonly Option<GeoBox?> Box = new("--bbox")
    {
        Description = "Only photos that were taken within west,south,east,north (degrees).",
        HelpName = "box",
        CustomParser = result =>
        {
            var box = GeoBox.Parse(result.Tokens.Single().Value);
            if (box is null)
                result.AddError($"'{result.Tokens.Single().Value}' is no box: write {GeoBox.Form}.");
            return box;
        },
    };

    public static readonly Option<bool> GeoJson = new("--geojson")
    {
        Description = "Print a GeoJSON FeatureCollection of the photos that say where they were taken: a point each, with class shares.",
    };

    /// <summary>The ids of jobs.</summary>
    public static Argument<WorkId[]> Ids() =>
        new("ids")
        {
            Description = "Ids of jobs.",
            Arity = ArgumentArity.OneOrMore,
            CustomParser = result => [.. result.Tokens.Select(token => Id(result, token))],
        };

    /// <summary>The id of a job.</summary>
    public static Argument<WorkId> Id() =>
        new("id") { Description = "Id of the job.", CustomParser = result => Id(result, result.Tokens.Single()) };

    /// <summary>Photos that are there.</summary>
    public static Argument<FileInfo[]> Photos()
    {
        var files = new Argument<FileInfo[]>("files")
        {
            Description = "Photos (JPEG, PNG, WebP, AVIF, TIFF; HEIC where the service reads it).",
            Arity = ArgumentArity.OneOrMore,
        };
        return files.AcceptExistingOnly();
    }

    /// <summary>What the options say of the photos to submit.</summary>
    public static UploadRequest About(this ParseResult parsed) =>
        new()
        {
            Model = parsed.GetValue(Model),
            Tags = parsed.GetValue(Tags),
            Privacy = parsed.GetValue(Privacy) is { } name ? JobPrivacies.Parse(name) : null,
            Detail = parsed.GetValue(Detail) is { } detail ? JobDetails.Parse(detail) : null,
            Redact = parsed.GetValue(Redact)?.Split(',', StringSplitOptions.TrimEntries),
            Webhook = parsed.GetValue(Webhook),
        };

    private static WorkId Id(ArgumentResult result, Token token)
    {
        if (!WorkId.TryParse(token.Value, out var id))
            result.AddError(
                $"'{token.Value}' is no job id: it has 26 lower-case letters and digits, as './roadseg submit' and './roadseg jobs' "
                    + "print it."
            );
        return id;
    }

    private static Uri? Address(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (
            Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
        )
            return address;
        result.AddError($"'{text}' is no address of a service: write it as https://name or http://127.0.0.1:7071.");
        return null;
    }

    // What the service checks, such as names of classes, it says itself.
    private static MinConfidence? Floors(ArgumentResult result)
    {
        MinConfidence? all = null;
        var classes = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            var colon = text.LastIndexOf(':');
            var fits =
                text == "card" ? all is null && (all = Client.MinConfidence.OfCard) is not null
                : !double.TryParse(text[(colon + 1)..], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share)
                || share is not (>= 0 and <= 1)
                    ? false
                : colon > 0 ? classes.TryAdd(text[..colon], share)
                : all is null && (all = new MinConfidence(share)) is not null;
            if (!fits)
                result.AddError(
                    $"'{text}' is no confidence: write a number from 0 to 1 or card, once, and class:number, such as car:0.8, once for "
                        + "each class."
                );
        }

        return (all ?? new MinConfidence(0)) with
        {
            Classes = classes,
        };
    }

    /// <summary>Reads notes as name:value.</summary>
    public static Dictionary<string, string>? Parsed(ArgumentResult result)
    {
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in result.Tokens.Select(token => token.Value))
        {
            if (text.Split(':', 2) is not [{ Length: > 0 } name, var value] || !notes.TryAdd(name, value))
                result.AddError($"'{text}' is no note: write name:value, every name once.");
        }

        return notes.Count == 0 ? null : notes;
    }
}
