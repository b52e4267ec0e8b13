namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>Where photos of Label Studio's tasks lie, from app settings.</summary>
internal sealed record LabelStudioOptions
{
    private const string Setting = "ROADSEG_LABEL_STUDIO";

    /// <summary>ROADSEG_LABEL_STUDIO: <c>https://labels.example=token</c>, several separated by commas. The token is sent to that address
    /// and no other. Default none: then photos come inside of the tasks or from public addresses.</summary>
    public IReadOnlyList<LabelStudioServer> Servers { get; init; } = [];

    /// <exception cref="InvalidOperationException">An entry is of another form; it is not repeated, as it may hold a token.</exception>
    public static LabelStudioOptions Read(IConfiguration settings)
    {
        var entries = (settings[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new LabelStudioOptions { Servers = [.. entries.Select(static (entry, i) => Parse(entry, i + 1))] };
    }

    private static LabelStudioServer Parse(string entry, int number)
    {
        var equals = entry.IndexOf('=', StringComparison.Ordinal);
        return
            equals > 0
            && Uri.TryCreate(entry[..equals], UriKind.Absolute, out var address)
            && address.Scheme is "http" or "https"
            && address is { PathAndQuery: "/", UserInfo: "", Fragment: "" }
            && entry[(equals + 1)..] is { Length: > 0 } token
            && token.All(static c => c is > ' ' and <= '~')
            ? new LabelStudioServer(address, token)
            : throw new InvalidOperationException(
                $"Number {number} of {Setting} is not the address of a Label Studio, = and an access token of it, such as "
                    + "https://labels.example=0123abcd."
            );
    }

    /// <summary>The server whose files a task names by a path alone.</summary>
    /// <param name="hostname">What Label Studio says its own address is; not read where there is one server only, since it is often
    /// wrong.</param>
    public LabelStudioServer? Of(string? hostname) =>
        Servers switch
        {
            [var only] => only,
            _ => Uri.TryCreate(hostname, UriKind.Absolute, out var address) ? Servers.FirstOrDefault(server => server.Has(address)) : null,
        };
}
