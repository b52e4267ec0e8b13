namespace RoadSeg.Client;

/// <summary>How a <see cref="RoadSegClient"/> calls the service.</summary>
public sealed record RoadSegClientOptions
{
    /// <summary>Function key, sent as <c>x-functions-key</c> to the service and to nobody else; null where the service asks for none. Never
    /// logged.</summary>
    /// <exception cref="ArgumentException">A character that no header can carry.</exception>
    public string? Key
    {
        get;
        init =>
            field =
                value is null || value.All(c => c is > ' ' and <= '~')
                    ? value
                    : throw new ArgumentException(
                        "The key has characters that no function key has: it is visible ASCII without spaces.",
                        nameof(value)
                    );
    }

    /// <summary>How often and how soon a call that is safe to repeat is repeated.</summary>
    public RetryPolicy Retries { get; init; } = new();

    /// <summary>The options without the key.</summary>
    public override string ToString() => $"{nameof(RoadSegClientOptions)} {{ Key = {(Key is null ? "none" : "given")}, {Retries} }}";
}
