namespace RoadSeg.Functions.Audits;

internal static class AuditRegistration
{
    public static void AddAudits(this IServiceCollection services) => services.AddSingleton<AuditFiles>();
}
