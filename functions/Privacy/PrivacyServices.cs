using RoadSeg.Jobs;
using RoadSeg.Redaction;

namespace RoadSeg.Functions.Privacy;

internal static class PrivacyServices
{
    /// <summary>What is demanded of every photo: settings ROADSEG_PRIVACY (default: nothing), the words of the parameter <c>privacy</c>,
    /// and ROADSEG_REDACT, those of <c>redact</c>. How a photo is redacted: ROADSEG_REDACT_MARGIN (default 0.015 of the shorter side, 0 to
    /// 0.1) and ROADSEG_REDACT_PROBABILITY (default 0.05, 0.01 to 1).</summary>
    public static void AddPrivacy(this IServiceCollection services, IConfiguration settings)
    {
        var standard = new RedactionRule();
        services.AddSingleton(Policy(settings["ROADSEG_PRIVACY"], settings["ROADSEG_REDACT"]));
        services.AddSingleton(
            new RedactionRule
            {
                Margin = settings.Number("ROADSEG_REDACT_MARGIN", standard.Margin, 0, 0.1),
                Probability = settings.Number("ROADSEG_REDACT_PROBABILITY", standard.Probability, 0.01, 1),
            }
        );
        services.AddSingleton<PhotoRedaction>();
    }

    private static PrivacyPolicy Policy(string? words, string? classes)
    {
        if (string.IsNullOrEmpty(words))
            return string.IsNullOrEmpty(classes)
                ? new PrivacyPolicy()
                : throw new InvalidOperationException("ROADSEG_REDACT names classes, and ROADSEG_PRIVACY does not say redact: set it too.");
        var demanded = JobPrivacies.Parse(words)
            ?? throw new InvalidOperationException(
                $"ROADSEG_PRIVACY is '{words}': write one of {string.Join(" or ", JobPrivacies.Names)}."
            );
        return new PrivacyPolicy(
            demanded,
            string.IsNullOrEmpty(classes)
                ? null
                : classes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        );
    }
}
