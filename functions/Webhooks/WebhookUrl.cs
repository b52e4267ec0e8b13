using System.Globalization;
using System.Net;
using System.Text;
using RoadSeg.Errors;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Which addresses a caller may name for a webhook. Names are resolved, and what they resolve to is checked, when it is sent:
/// see <see cref="WebhookClient"/>.</summary>
internal static class WebhookUrl
{
    private const int MaxLength = 2048;
    private const int FirstFreePort = 1024;

    // Letterlike, presentation, half- and full-width forms, mathematical letters and digits, segmented digits.
    private static readonly (int First, int Last)[] StandIns =
    [
        (0x2100, 0x214F),
        (0xFB00, 0xFDFF),
        (0xFE70, 0xFEFF),
        (0xFF00, 0xFFEF),
        (0x1D400, 0x1D7FF),
        (0x1FBF0, 0x1FBF9),
    ];

    /// <summary>Checks an address.</summary>
    /// <returns>The address as it is stored and called.</returns>
    /// <exception cref="RoadSegException">webhooks-disabled without a secret to sign with; webhook-url-invalid.</exception>
    public static string Validate(string text, WebhookOptions options)
    {
        if (!options.Enabled)
            throw new RoadSegException(
                ErrorCodes.WebhooksDisabled,
                "This deployment has no secret to sign webhooks with and sends none. Poll the job instead."
            );
        if (
            text.Length > MaxLength
            || text.Any(c => c is <= ' ' or '\\' or '\x7F')
            || !Uri.TryCreate(text, UriKind.Absolute, out var url)
            || url.Host.Length == 0
        )
        {
            throw Invalid($"is no absolute address of at most {MaxLength} characters");
        }

        // Read by .NET, so that 127.1 and 0x7f000001 are the addresses they stand for.
        var host = url.IdnHost.TrimEnd('.');
        var literal = IPAddress.TryParse(host, out var ip) ? ip : null;
        var local = literal is not null ? IPAddress.IsLoopback(literal) : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        if (url.Scheme != Uri.UriSchemeHttps && !(options.AllowLoopback && local && url.Scheme == Uri.UriSchemeHttp))
            throw Invalid("does not begin with https://");
        if (url.UserInfo.Length > 0)
            throw Invalid("holds a user name or password; the signature proves who calls");
        if (url.Fragment.Length > 0)
            throw Invalid("has a fragment, which is never sent");
        if (url.Port < FirstFreePort && url.Port != 443)
            throw Invalid($"has port {url.Port}; use 443 or one from {FirstFreePort} on");
        if (!url.Host.EnumerateRunes().All(IsOfName))
            throw Invalid("has a host with characters that no name on the public internet has, such as full-width digits");
        if (!(options.AllowLoopback && local) && (literal is not null ? !PublicAddress.Is(literal) : local || !IsPublicName(host)))
            throw Invalid("is not on the public internet");
        return url.AbsoluteUri;
    }

    // Letters, marks and digits, without the forms that stand for others (RFC 5892, 2.1 and 2.2): a resolver may read full-width or circled
    // digits as an address, and .NET, without its Unicode tables, does not.
    private static bool IsOfName(Rune rune) =>
        rune.IsAscii
        || (
            !StandIns.Any(range => rune.Value >= range.First && rune.Value <= range.Last)
            && Rune.GetUnicodeCategory(rune)
                is UnicodeCategory.UppercaseLetter
                    or UnicodeCategory.LowercaseLetter
                    or UnicodeCategory.OtherLetter
                    or UnicodeCategory.ModifierLetter
                    or UnicodeCategory.NonSpacingMark
                    or UnicodeCategory.SpacingCombiningMark
                    or UnicodeCategory.DecimalDigitNumber
        );

    // Single labels, numbers and these suffixes are reserved on the public internet (RFC 6761, RFC 6762, RFC 9476; ICANN reserved
    // .internal).
    private static bool IsPublicName(string name) =>
        name.LastIndexOf('.') is >= 0 and var dot
        && !IsNumber(name[(dot + 1)..])
        && !((string[])[".localhost", ".local", ".internal", ".invalid", ".test", ".example", ".onion", ".alt", ".home.arpa"]).Any(suffix =>
            name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase)
        );

    // Resolvers read a name that ends so as an IPv4 address, or as none (URL Standard, "ends in a number").
    private static bool IsNumber(string label) =>
        label.All(char.IsAsciiDigit)
        || (label.StartsWith("0x", StringComparison.OrdinalIgnoreCase) && label[2..].All(char.IsAsciiHexDigit));

    private static RoadSegException Invalid(string why) => new(ErrorCodes.WebhookUrlInvalid, $"The webhook's address {why}.");
}
