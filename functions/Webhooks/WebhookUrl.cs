using System.Net;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Which addresses a caller may name for a webhook. Names are resolved, and what they resolve to is checked, when it is sent:
/// see <see cref="WebhookClient"/>.</summary>
internal static class WebhookUrl
{
    private const int MaxLength = 2048;
    private const int FirstFreePort = 1024;

    /// <summary>Checks an address.</summary>
    /// <returns>The address as it is stored and called.</returns>
    /// <exception cref="RoadSegException">webhooks-disabled without a secret to sign with; webhook-url-invalid.</exception>
    public static string Validate(string text, WebhookOptions options)
    {
        if (!options.Enabled)
            throw new RoadSegException(ErrorCodes.WebhooksDisabled, "This deployment has no secret to sign webhooks with and sends none. Poll the job instead.");
        if (text.Length > MaxLength || text.Any(c => c is <= ' ' or '\\' or '\x7F')
            || !Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Host.Length == 0)
        {
            throw Invalid($"is no absolute address of at most {MaxLength} characters");
        }

        // Read by .NET, so that 127.1 and 0x7f000001 are the addresses they stand for.
        var literal = url.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 && IPAddress.TryParse(url.DnsSafeHost, out var ip) ? ip : null;
        var local = literal is not null ? IPAddress.IsLoopback(literal) : url.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        if (url.Scheme != Uri.UriSchemeHttps && !(options.AllowLoopback && local && url.Scheme == Uri.UriSchemeHttp))
            throw Invalid("does not begin with https://");
        if (url.UserInfo.Length > 0)
            throw Invalid("holds a user name or password; the signature proves who calls");
        if (url.Fragment.Length > 0)
            throw Invalid("has a fragment, which is never sent");
        if (url.Port < FirstFreePort && url.Port != 443)
            throw Invalid($"has port {url.Port}; use 443 or one from {FirstFreePort} on");
        if (!(options.AllowLoopback && local) && (literal is not null ? !PublicAddress.Is(literal) : local || !IsPublicName(url.IdnHost)))
            throw Invalid("is not on the public internet");
        return url.AbsoluteUri;
    }

    // Single labels and these suffixes are nobody's on the public internet (RFC 6761, RFC 6762, RFC 9476; ICANN reserved .internal).
    private static bool IsPublicName(string host)
    {
        var name = host.TrimEnd('.');
        return name.Contains('.', StringComparison.Ordinal)
            && !((string[])[".localhost", ".local", ".internal", ".invalid", ".test", ".example", ".onion", ".alt", ".home.arpa"])
                .Any(suffix => name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase));
    }

    private static RoadSegException Invalid(string why) => new(ErrorCodes.WebhookUrlInvalid, $"The webhook's address {why}.");
}
