namespace RoadSeg.Functions.Tests;

internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "RoadSeg.Functions.sln")))
            folder = folder.Parent ?? throw new InvalidOperationException("The tests run inside the checkout.");
        return folder.FullName;
    }
}
