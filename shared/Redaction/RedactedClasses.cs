using RoadSeg.Errors;
using RoadSeg.Labels;

namespace RoadSeg.Redaction;

/// <summary>Which classes of a model show people, riders and vehicles. Catalogues say only what a class is called, so it is by names that
/// are well known: those of CamVid, Cityscapes, IDD, BDD100K, A2D2, Mapillary, KITTI, COCO and ADE20K.</summary>
public static class RedactedClasses
{
    /// <summary>The name of all three in a list: <c>default,sign-symbol</c> is these and one more.</summary>
    public const string Default = "default";

    private static readonly Dictionary<string, string[]> Groups = new(StringComparer.Ordinal)
    {
        ["people"] = ["person", "pedestrian", "people", "human", "child", "crowd", "individual", "person group"],
        ["riders"] = ["rider", "bicyclist", "cyclist", "motorcyclist", "other rider"],
        ["vehicles"] =
        [
            "car",
            "truck",
            "bus",
            "van",
            "trailer",
            "caravan",
            "pickup",
            "taxi",
            "tractor",
            "motorcycle",
            "motorbike",
            "minibike",
            "moped",
            "scooter",
            "bicycle",
            "bike",
            "autorickshaw",
            "auto rickshaw",
            "train",
            "tram",
            "on rails",
            "vehicle",
            "vehicle fallback",
            "other vehicle",
            "small vehicle",
            "utility vehicle",
            "wheeled slow",
            "truck bus",
            "suvpickuptruck",
            "motorcyclescooter",
        ],
    };

    private static readonly char[] Numbers = [.. "0123456789 "];

    private static readonly Dictionary<string, string> GroupOf = Groups
        .SelectMany(static group => group.Value.Select(name => (name, group.Key)))
        .ToDictionary(static pair => pair.name, static pair => pair.Key, StringComparer.Ordinal);

    /// <summary>The classes to obscure.</summary>
    /// <param name="model">Name of the model, for messages.</param>
    /// <param name="labels">Its classes.</param>
    /// <param name="asked">Names: <see cref="Default"/>, the model's own, <c>people</c>, <c>riders</c>, <c>vehicles</c>, or another
    /// well-known name of what one of
    /// these holds where the model has no class of that name (<c>truck</c> of a model whose trucks are cars). Null for
    /// <see cref="Default"/>.</param>
    /// <exception cref="RoadSegException">redaction-unavailable: the model knows nothing of people or of vehicles, or nothing of what a
    /// name asks for.</exception>
    public static IReadOnlyList<LabelClass> Of(string model, LabelCatalogue labels, IReadOnlyList<string>? asked)
    {
        ArgumentNullException.ThrowIfNull(labels);
        var standard = labels.Classes.Where(static label => Group(label.Name) is not null).ToList();
        return [.. (asked ?? [Default]).SelectMany(Named).Distinct().OrderBy(static label => label.Id)];

        List<LabelClass> Named(string name)
        {
            if (name == Default)
            {
                // Riders are among the people of many models.
                var missing = ((string[])["people", "vehicles"]).Except(standard.Select(static label => Group(label.Name))).ToList();
                return missing.Count == 0 ? standard : throw Unknown(string.Join(" and ", missing));
            }

            var own = labels.Classes.Where(label => Spelled(label.Name) == Spelled(name)).ToList();
            if (own.Count > 0)
                return own;
            var group = Groups.ContainsKey(Spelled(name)) ? Spelled(name) : Group(name);
            own = group is null ? own : standard.Where(label => Group(label.Name) == group).ToList();
            return own.Count > 0 ? own : throw Unknown($"'{name}'");
        }

        RoadSegException Unknown(string wanted) =>
            new(
                ErrorCodes.RedactionUnavailable,
                $"The model '{model}' knows nothing of {wanted}; its classes are "
                    + $"{string.Join(", ", labels.Classes.Select(static label => label.Name))}. Name some of these in 'redact', or use "
                    + "another model."
            );
    }

    // One that has several names, as in ADE20K, is what any of them says.
    private static string? Group(string name) =>
        name.Split(',', ';').Select(part => GroupOf.GetValueOrDefault(Plain(part))).FirstOrDefault(static group => group is not null);

    private static string Spelled(string name) => name.ToLowerInvariant().Replace('-', ' ').Replace('_', ' ').Trim();

    // Mapillary's names are paths, A2D2's are numbered and in the plural.
    private static string Plain(string name)
    {
        var last = name.LastIndexOf("--", StringComparison.Ordinal) is >= 0 and var at ? name[(at + 2)..] : name;
        var words = Spelled(last).TrimEnd(Numbers);
        return words == "small vehicles" ? "small vehicle" : words;
    }
}
