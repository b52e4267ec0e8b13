using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Results;

/// <summary>The parameter <c>minConfidence</c>: how sure the model must be of a pixel for its class to stand. Given once for all classes,
/// as a number of 0 to 1 or as <c>card</c>, and once for each class that differs, as <c>class:number</c>.</summary>
internal sealed record MinConfidence
{
    /// <summary>Parameters of a request: one for each class that a catalogue may have, and one for all.</summary>
    internal const int Most = 256;

    private const string OfCard = "card";

    private double? All { get; init; }

    private bool Card { get; init; }

    private IReadOnlyDictionary<string, double> Classes { get; init; } = new Dictionary<string, double>();

    /// <summary>Says the same in an ETag: the same for parameters in another order.</summary>
    public string Tag
    {
        get
        {
            var all = Card ? OfCard : Text(All ?? 0);
            var classes = Classes
                .OrderBy(static floor => floor.Key, StringComparer.Ordinal)
                .Select(static floor => $"\n{floor.Key}:{Text(floor.Value)}");
            return "sure"
                + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(all + string.Concat(classes)))).AsSpan(0, 16).ToString();
        }
    }

    /// <summary>Reads the parameters of a request; null where there are none.</summary>
    /// <exception cref="RoadSegException">request-invalid.</exception>
    public static MinConfidence? Read(string[]? given)
    {
        if (given is null or [])
            return null;
        if (given.Length > Most)
            throw Invalid($"There are {given.Length} of them.");
        string? all = null;
        var classes = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            // A class may have a colon in its name; a number has none.
            var colon = text.LastIndexOf(':');
            if (colon > 0)
            {
                if (!classes.TryAdd(text[..colon], Share(text[(colon + 1)..])))
                    throw Invalid("A class is given twice.");
            }
            else if (all is not null)
            {
                throw Invalid("It is given twice for all classes.");
            }
            else
            {
                all = text;
            }
        }

        var card = all == OfCard;
        return new MinConfidence
        {
            All = card || all is null ? null : Share(all),
            Card = card,
            Classes = classes,
        };
    }

    /// <summary>By class id the least confidence, 0-1; null for a class of which none is enough.</summary>
    /// <param name="summary">Of the result: its classes.</param>
    /// <param name="manifest">Gets that of the version that made it; asked only where the card's are wanted.</param>
    /// <exception cref="RoadSegException">request-invalid: no such class, or a card that states none; or as <paramref name="manifest"/>
    /// throws.</exception>
    public async Task<IReadOnlyList<double?>> OfAsync(ResultSummary summary, Func<Task<ModelManifest>> manifest)
    {
        KnownNames.Require(Classes.Keys, [.. summary.Classes.Select(static label => label.Name)], "'minConfidence' for a class");
        var card = Card ? Stated(await manifest()) : null;
        return
        [
            .. summary.Classes.Select(label =>
                Classes.TryGetValue(label.Name, out var own) ? own
                : card is null ? All ?? 0
                : card.GetValueOrDefault(label.Name)
            ),
        ];
    }

    private static IReadOnlyDictionary<string, double?> Stated(ModelManifest manifest) =>
        manifest.CertainFrom()
        ?? throw new RoadSegException(
            ErrorCodes.RequestInvalid,
            $"The card of {ModelPin.Of(manifest)} states no least confidence. Give a number, such as minConfidence=0.6."
        );

    private static double Share(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1
            ? share
            : throw Invalid("It is a share: 0.6 for 60 %.");

    private static string Text(double share) => share.ToString(CultureInfo.InvariantCulture);

    private static RoadSegException Invalid(string why) =>
        new(
            ErrorCodes.RequestInvalid,
            $"The parameter 'minConfidence' is a number from 0 to 1 or 'card', once for all classes, and class:number, such as car:0.8, "
                + $"once for each class that differs. {why}"
        );
}
