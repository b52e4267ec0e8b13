using RoadSeg.Errors;
using RoadSeg.Functions.Outbound;

namespace RoadSeg.Functions.Webhooks;

/// <summary>Which addresses a caller may name for a webhook.</summary>
internal static class WebhookUrl
{
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
        return PublicUrl.Fault(text, options.AllowLoopback, out var url) is { } fault
            ? throw new RoadSegException(ErrorCodes.WebhookUrlInvalid, $"The webhook's address {fault}.")
            : url!.AbsoluteUri;
    }
}
