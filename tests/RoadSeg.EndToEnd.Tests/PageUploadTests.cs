using System.Security.Cryptography;
using System.Text;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>Bringing a data set in by the page, where not every caller is an operator.</summary>
public sealed class PageUploadTests
{
    private const string Key = "key-of-the-operator";

    [Fact(Timeout = 480_000)]
    public async Task Data_sets_are_uploaded_and_followed_to_their_report_in_Chromium()
    {
        PageStory.PageIsBuilt();
        await using var own = await LocalStack.StartAsync(
            new LocalStackOptions
            {
                Settings = new Dictionary<string, string>
                {
                    ["ROADSEG_CALLERS"] = $"boss={Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))}",
                    ["ROADSEG_OPERATORS"] = "boss",
                },
            },
            TestContext.Current.CancellationToken);
        await PageStory.TellAsync("upload.mjs", own, new Dictionary<string, string> { ["KEY"] = Key }, TestContext.Current.CancellationToken);
    }
}
