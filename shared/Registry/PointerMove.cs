using System.Text.Json.Serialization;

namespace RoadSeg.Registry;

/// <summary>A move of the pointer.</summary>
/// <param name="Version">The version that became live.</param>
/// <param name="At">When.</param>
/// <param name="Kind">seed (what the app shipped with), promote or rollback.</param>
/// <param name="By">Caller, or <c>training {id}</c>, or <c>automatic</c> where the service took a version back by itself.</param>
public sealed record PointerMove(
    [property: JsonRequired] string Version,
    DateTimeOffset At,
    [property: JsonRequired] string Kind,
    [property: JsonRequired] string By
);
