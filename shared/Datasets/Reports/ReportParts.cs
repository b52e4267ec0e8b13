using System.Globalization;
using System.Net;

namespace RoadSeg.Datasets.Reports;

/// <summary>What several pages about data sets are made of.</summary>
internal static class ReportParts
{
    public static void Card(TextWriter page, long number, string name) =>
        page.WriteLine($"<div class=\"card\"><b>{Of(number)}</b><span>{name}</span></div>");

    public static void Picture(TextWriter page, string what, byte[] file) =>
        page.Write(
            $"<img alt=\"{Text(what)}\" src=\"data:image/{(file is [0x89, ..] ? "png" : "jpeg")};base64,{Convert.ToBase64String(file)}\">"
        );

    public static string Of(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Share(double share) => (100 * share).ToString("F2", CultureInfo.InvariantCulture) + " %";

    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
