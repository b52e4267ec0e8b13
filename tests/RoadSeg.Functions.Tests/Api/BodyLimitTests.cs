using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace RoadSeg.Functions.Tests.Api;

/// <summary>How long the description of a request may be: to the byte as it is written in the answer and in the code.</summary>
public sealed class BodyLimitTests(StorageFixture storage) : IAsyncLifetime
{
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    // Each asks for something that is not there, which only shows where the body was read.
    [Theory]
    [InlineData("/v1/uploads", """{"model":"no-such-model"}""", 16 * 1024, "model-not-found")]
    [InlineData("/v1/trainings", """{"dataset":"no-such-set"}""", 64 * 1024, "dataset-not-found")]
    [InlineData("/v1/models/no-such-model/versions/1/promote", """{"force":true}""", 1024, "model-not-found")]
    public async Task A_description_of_as_many_bytes_as_allowed_is_read_and_one_of_a_byte_more_is_refused(
        string path, string body, int most, string read)
    {
        Assert.Equal(read, await CodeAsync(most));
        Assert.Equal("request-invalid", await CodeAsync(most + 1));

        async Task<string?> CodeAsync(int length)
        {
            using var content = new StringContent(body.PadRight(length), Encoding.UTF8, "application/json");
            using var answer = await _api.Http.PostAsync(new Uri(path, UriKind.Relative), content, Cancel);
            return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("code").GetString();
        }
    }
}
