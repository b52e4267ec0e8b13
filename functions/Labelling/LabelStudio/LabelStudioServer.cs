namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>A Label Studio whose files may be fetched, wherever it stands.</summary>
/// <param name="Address">Scheme, host and port.</param>
/// <param name="Token">An access token of it.</param>
internal sealed record LabelStudioServer(Uri Address, string Token)
{
    // What label_studio_sdk's get_local_path asks for: uploaded files, local storage, and addresses of cloud storage.
    private static readonly string[] Files = ["/data/", "/storage-data/", "/tasks/"];

    /// <summary>True for an address of this server.</summary>
    public bool Has(Uri url) =>
        url.Scheme == Address.Scheme && url.Port == Address.Port && url.IdnHost.Equals(Address.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>True for an address of a task's file; the token opens more than those.</summary>
    public bool Serves(Uri url) =>
        Has(url)
        && url.UserInfo.Length == 0
        && Files.Any(folder => url.AbsolutePath.StartsWith(folder, StringComparison.Ordinal))
        && !url.AbsolutePath.Contains("%2e", StringComparison.OrdinalIgnoreCase)
        && !url.AbsolutePath.Contains("%2f", StringComparison.OrdinalIgnoreCase);

    /// <summary>The header that says who asks: a JSON web token is a bearer's.</summary>
    public string Authorization => $"{(Token.Count(static c => c == '.') == 2 ? "Bearer" : "Token")} {Token}";
}
