using RoadSeg.Errors;
using RoadSeg.Functions.Webhooks;

namespace RoadSeg.Functions.Tests.Webhooks;

public sealed class WebhookUrlTests
{
    private static readonly WebhookOptions Strict = new() { Secrets = [new byte[24]] };
    private static readonly WebhookOptions Local = Strict with { AllowLoopback = true };

    [Theory]
    [InlineData("https://example.com/hook", "https://example.com/hook")]
    [InlineData("https://example.com", "https://example.com/")]
    [InlineData("HTTPS://Example.COM:8443/a?b=c", "https://example.com:8443/a?b=c")]
    [InlineData("https://bücher.example.org/", "https://xn--bcher-kva.example.org/", true)]
    [InlineData("https://example.com:1024/", "https://example.com:1024/")]
    [InlineData("https://8.8.8.8/", "https://8.8.8.8/")]
    [InlineData("https://example.com./", "https://example.com./")]
    [InlineData("https://1.example.com/", "https://1.example.com/")]
    [InlineData("https://例え.example.org/", "https://xn--r8jz45g.example.org/", true)]
    [InlineData("https://[2606:4700:4700::1111]/", "https://[2606:4700:4700::1111]/")]
    // What looks like the beginning or the end of a number and is a name.
    [InlineData("https://example.de/", "https://example.de/")]
    [InlineData("https://example.cafe/", "https://example.cafe/")]
    [InlineData("https://example.0xyz/", "https://example.0xyz/")]
    [InlineData("https://example.0xg/", "https://example.0xg/")]
    // Letters beyond the basic plane that stand for no others: Adlam, Chakma's digits, a rare ideograph.
    [InlineData("https://𞤀𞤣𞤤𞤢𞤥.example.org/", null)]
    [InlineData("https://𑄷.example.org/", null)]
    [InlineData("https://𠀋.example.org/", null)]
    public void An_https_address_of_the_public_internet_is_taken(string text, string? stored, bool host = false) =>
        Assert.Equal(stored ?? text, host ? $"https://{new Uri(WebhookUrl.Validate(text, Strict)).IdnHost}/" : WebhookUrl.Validate(text, Strict));

    [Theory]
    [InlineData("http://example.com/", "https")]
    [InlineData("ftp://example.com/", "https")]
    [InlineData("file:///etc/passwd", "absolute")]
    [InlineData("/hook", "absolute")]
    [InlineData("example.com/hook", "absolute")]
    [InlineData("", "absolute")]
    [InlineData("https://", "absolute")]
    [InlineData("https://exa mple.com/", "absolute")]
    [InlineData("https://example.com\\@10.0.0.1/", "absolute")]
    [InlineData("https://example.com/\r\nHost: inside", "absolute")]
    [InlineData("https://user@example.com/", "user name")]
    [InlineData("https://user:secret@example.com/", "user name")]
    [InlineData("https://example.com/#part", "fragment")]
    [InlineData("https://example.com:22/", "port 22")]
    [InlineData("https://example.com:80/", "port 80")]
    [InlineData("https://example.com:1023/", "port 1023")]
    [InlineData("https://127.0.0.1/", "public internet")]
    [InlineData("https://127.1/", "public internet")]
    [InlineData("https://2130706433/", "public internet")]
    [InlineData("https://0x7f.1/", "public internet")]
    [InlineData("https://0177.0.0.1/", "public internet")]
    [InlineData("https://169.254.169.254/metadata", "public internet")]
    [InlineData("https://[::1]/", "public internet")]
    [InlineData("https://[::ffff:10.0.0.1]/", "public internet")]
    [InlineData("https://localhost/", "public internet")]
    [InlineData("https://LOCALHOST./", "public internet")]
    [InlineData("https://metadata/", "public internet")]
    [InlineData("https://metadata.google.internal/", "public internet")]
    [InlineData("https://printer.local/", "public internet")]
    // "A full-width IP literal passes the webhook's address check": and every other way to write a number that a resolver may read as an address.
    [InlineData("https://１２７.0.0.1/", "full-width")]
    [InlineData("https://１２７。０。０。１/", "full-width")]
    [InlineData("https://①②⑦.0.0.1/", "full-width")]
    [InlineData("https://𝟏𝟐𝟕.0.0.1/", "full-width")]
    [InlineData("https://ｌｏｃａｌｈｏｓｔ/", "full-width")]
    [InlineData("https://example.ｌｏｃａｌ/", "full-width")]
    [InlineData("https://example。com/", "full-width")]
    [InlineData("https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/", "absolute")]
    [InlineData("https://127.0.0.1./", "public internet")]
    [InlineData("https://10.0.0.1./", "public internet")]
    [InlineData("https://127.1.2.3.4/", "public internet")]
    [InlineData("https://256.1.1.1/", "public internet")]
    [InlineData("https://a.1/", "public internet")]
    [InlineData("https://a.0x7f/", "public internet")]
    [InlineData("https://a.1./", "public internet")]
    public void Any_other_address_is_refused_with_the_reason(string text, string reason)
    {
        var error = Assert.Throws<RoadSegException>(() => WebhookUrl.Validate(text, Strict));

        Assert.Equal(ErrorCodes.WebhookUrlInvalid, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_of_2048_characters_is_taken() =>
        Assert.Equal(2048, WebhookUrl.Validate("https://example.com/" + new string('a', 2048 - "https://example.com/".Length), Strict).Length);

    [Fact]
    public void A_very_long_address_is_refused() =>
        Assert.Throws<RoadSegException>(() => WebhookUrl.Validate("https://example.com/" + new string('a', 2048), Strict));

    [Theory]
    [InlineData("http://127.0.0.1:5000/hook")]
    [InlineData("http://localhost:5000/hook")]
    [InlineData("https://[::1]:5000/hook")]
    public void Loopback_is_taken_where_it_is_allowed_and_only_loopback(string text)
    {
        Assert.Equal(text, WebhookUrl.Validate(text, Local));
        Assert.Throws<RoadSegException>(() => WebhookUrl.Validate(text, Strict));
        Assert.Throws<RoadSegException>(() => WebhookUrl.Validate("http://10.0.0.1:5000/", Local));
        Assert.Throws<RoadSegException>(() => WebhookUrl.Validate("http://example.com:5000/", Local));
    }

    [Fact]
    public void Without_a_secret_to_sign_with_no_webhook_is_taken()
    {
        var error = Assert.Throws<RoadSegException>(() => WebhookUrl.Validate("https://example.com/", new WebhookOptions()));

        Assert.Equal(ErrorCodes.WebhooksDisabled, error.Code);
    }
}
