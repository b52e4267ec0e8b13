using System.Globalization;
using System.Net;
using System.Text;

namespace RoadSeg.Functions.Outbound;

/// <summary>Which addresses a caller may have called. Names are resolved, and what they resolve to is checked, when they are: see
/// <see cref="OutboundConnection"/>.</summary>
internal static class PublicUrl
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
    /// <param name="text">As the caller wrote it.</param>
    /// <param name="allowLoopback">Whether this machine may be called too, by http.</param>
    /// <param name="url">The address that is to be called; null where it is refused.</param>
    /// <returns>Why it is refused, to be said after its name; null where it is not.</returns>
    public static string? Fault(string text, bool allowLoopback, out Uri? url)
    {
        var fault = FaultOf(text, allowLoopback, out url);
        if (fault is not null)
            url = null;
        return fault;
    }

    private static string? FaultOf(string text, bool allowLoopback, out Uri? url)
    {
        url = null;
        if (
            text.Length > MaxLength
            || text.Any(c => c is <= ' ' or '\\' or '\x7F')
            || !Uri.TryCreate(text, UriKind.Absolute, out url)
            || url.Host.Length == 0
        )
            return $"is no absolute address of at most {MaxLength} characters";

        // Read by .NET, so that 127.1 and 0x7f000001 are the addresses they stand for.
        var host = url.IdnHost.TrimEnd('.');
        var literal = IPAddress.TryParse(host, out var ip) ? ip : null;
        var local = literal is not null ? IPAddress.IsLoopback(literal) : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        if (url.Scheme != Uri.UriSchemeHttps && !(allowLoopback && local && url.Scheme == Uri.UriSchemeHttp))
            return "does not begin with https://";
        if (url.UserInfo.Length > 0)
            return "holds a user name or password, which would not be sent";
        if (url.Fragment.Length > 0)
            return "has a fragment, which is never sent";
        if (url.Port < FirstFreePort && url.Port != 443)
            return $"has port {url.Port}; use 443 or one from {FirstFreePort} on";
        if (!url.Host.EnumerateRunes().All(IsOfName))
            return "has a host with characters that no name on the public internet has, such as full-width digits";
        if (!(allowLoopback && local) && (literal is not null ? !PublicAddress.Is(literal) : local || !IsPublicName(host)))
            return "is not on the public internet";
        return null;
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
}
