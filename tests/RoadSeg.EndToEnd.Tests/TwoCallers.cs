using System.Text.Json;
using RoadSeg.Cli.Stack;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>The two keys of a stack that checks them, each a caller of its own.</summary>
internal sealed record TwoCallers(HttpClient One, HttpClient Other) : IDisposable
{
    public static async Task<TwoCallers> OfAsync(LocalStack stack)
    {
        using var keys = JsonDocument.Parse(await File.ReadAllTextAsync(stack.KeyFile!, TestContext.Current.CancellationToken));
        var other = keys.RootElement.GetProperty("functions").GetProperty("Api").GetProperty("default");
        return new TwoCallers(Client(stack, keys.RootElement.GetProperty("master")), Client(stack, other));
    }

    public void Dispose()
    {
        One.Dispose();
        Other.Dispose();
    }

    private static HttpClient Client(LocalStack stack, JsonElement key) =>
        new() { BaseAddress = stack.Address, DefaultRequestHeaders = { { "x-functions-key", key.GetString() } } };
}
