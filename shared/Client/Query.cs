namespace RoadSeg.Client;

internal static class Query
{
    /// <summary>The query of an address, <c>?</c> included; empty when every value is null.</summary>
    public static string Of(params IEnumerable<(string Name, string? Value)> parameters)
    {
        var query = string.Join('&', parameters.Where(p => p.Value is not null).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
        return query.Length == 0 ? "" : "?" + query;
    }
}
