using System.Collections.Frozen;
using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Functions.Api;

/// <summary>The callers who may change models, send data sets, and start or cancel training runs.</summary>
/// <param name="names">Their names; empty: every caller that the host let in.</param>
internal sealed class Operators(IReadOnlySet<string> names)
{
    private const string Setting = "ROADSEG_OPERATORS";

    /// <summary>Setting ROADSEG_OPERATORS: names of callers, comma-separated. Empty, the default: every caller.</summary>
    /// <exception cref="InvalidOperationException">An entry is no name of a caller.</exception>
    public static Operators Read(IConfiguration settings)
    {
        var names = (settings[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return names.FirstOrDefault(name => !Callers.IsValid(name)) is { } bad
            ? throw new InvalidOperationException(
                $"{Setting} has the entry '{bad}': write names of callers, 1 to 40 lower-case letters, digits and hyphens, comma-separated."
            )
            : new Operators(names.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <summary>Lets an operator pass.</summary>
    /// <exception cref="RoadSegException">operator-required.</exception>
    public void Require(string caller)
    {
        if (names.Count > 0 && !names.Contains(caller))
            throw new RoadSegException(
                ErrorCodes.OperatorRequired,
                $"The caller '{caller}' may not change models, data sets or training runs. Ask an operator of this deployment."
            );
    }
}
