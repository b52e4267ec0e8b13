namespace RoadSeg.EndToEnd.Tests.Clients;

/// <summary>Clients that generators make of the running service's API description: they compile, and do what is done with a photo from its upload to its
/// results. openapi-typescript has its walk in clients/typescript.</summary>
public sealed class GeneratedClientTests(StackFixture stack)
{
    [Fact]
    public async Task A_client_by_NSwag_compiles_and_does_the_whole_walk()
    {
        using var folder = new TempFolder();
        var document = await DocumentAsync(folder);

        await Tool.RunAsync(
            Checkout.Root,
            "dotnet",
            ["nswag", "openapi2csclient", $"/input:{document}", $"/output:{folder["made/RoadSegApi.cs"]}", "/namespace:RoadSeg.Api", "/classname:RoadSegApi", "/generateOptionalParameters:true"]);

        using var api = Caller();
        await Walk.TakeAsync("NSwagWalk", folder["made"], api);
    }

    [Fact]
    public async Task A_client_by_Kiota_compiles_and_does_the_whole_walk()
    {
        using var folder = new TempFolder();
        var document = await DocumentAsync(folder);

        await Tool.RunAsync(
            Checkout.Root,
            "dotnet",
            ["kiota", "generate", "--language", "CSharp", "--openapi", document, "--output", folder["made"], "--namespace-name", "RoadSeg.Api", "--class-name", "RoadSegApi"],
            ("KIOTA_OFFLINE_ENABLED", "true"), ("KIOTA_CLI_TELEMETRY_OPTOUT", "true"));

        using var api = Caller();
        await Walk.TakeAsync("KiotaWalk", folder["made"], api);
    }

    private async Task<string> DocumentAsync(TempFolder folder) => await folder.SaveAsync("openapi.json", await stack.GetAsync("/openapi/v1.json"));

    // Of its own key: keys tell callers apart, and this stack checks none.
    private HttpClient Caller() => new() { BaseAddress = stack.Stack.Address, DefaultRequestHeaders = { { "x-functions-key", Guid.NewGuid().ToString("N") } } };
}
