using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RoadSeg.Functions.Api.Descriptions;

namespace RoadSeg.Functions.Tests.Http;

/// <summary>Misspelt parameters, fields and members. The fault: they were left out without a word.</summary>
public sealed class KnownQueryTests(StorageFixture storage) : IAsyncLifetime
{
    private ApiService _api = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _api = await ApiService.StartAsync(storage);

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Theory]
    [InlineData("/v1/jobs?sate=failed", "'sate'; did you mean 'state'?")]
    [InlineData("/v1/jobs?State=failed", "'State'; did you mean 'state'?")]
    [InlineData("/v1/jobs?colour=red", "'colour'. There are: state, tag, name, since, until, bbox, format, after, limit.")]
    [InlineData("/v1/jobs/0000000000000000000000000a/overlay?opasity=1", "'opasity'; did you mean 'opacity'?")]
    [InlineData("/v1/jobs/0000000000000000000000000a/confidence?x=1", "'x'. There is none.")]
    [InlineData("/v1/review?bellow=0.5", "'bellow'; did you mean 'below'?")]
    public async Task A_query_parameter_that_a_call_does_not_take_is_refused_with_the_nearest_that_it_does(string address, string said)
    {
        using var answer = await _api.Http.GetAsync(new Uri(address, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(said, await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_misspelt_parameter_of_a_submission_is_refused_when_its_body_was_taken()
    {
        using var photo = new ByteArrayContent(Photos.Street) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };

        using var answer = await _api.Http.PostAsync(new Uri("/v1/jobs?modle=nope", UriKind.Relative), photo, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("did you mean 'model'?", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_of_a_form_that_is_not_known_is_refused()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Photos.Street), "photo", "street.jpg" }, { new StringContent("a:b"), "tags" } };

        using var answer = await _api.Http.PostAsync(new Uri("/v1/jobs", UriKind.Relative), form, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("'tags'; did you mean 'tag'?", await answer.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/v1/uploads", """{"filename":"a.jpg"}""", "\\\"filename\\\" in line 1 is no member that is known here; did you mean \\\"fileName\\\"?")]
    [InlineData("/v1/uploads", """{"wat":1}""", "\\\"wat\\\" in line 1 is no member that is known here: look at its spelling and its place.")]
    [InlineData("/v1/trainings", """{"datset":"camvid"}""", "did you mean \\\"dataset\\\"?")]
    [InlineData("/v1/models/roads/versions/1/promote", """{"forced":true}""", "did you mean \\\"force\\\"?")]
    public async Task A_member_that_is_not_known_is_refused_with_the_nearest_that_is(string address, string body, string said)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await _api.Http.PostAsync(new Uri(address, UriKind.Relative), content, Cancel);

        var problem = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest && problem.Contains(said, StringComparison.Ordinal), problem);
    }

    [Theory]
    [InlineData("/v1/jobs?code=a-key")]
    [InlineData("/v1/jobs?clientId=default&limit=5")]
    [InlineData("/health/live?anything=goes")]
    [InlineData("/?utm_source=mail")]
    public async Task What_the_host_reads_and_what_is_no_call_of_the_api_is_not_looked_at(string address)
    {
        using var answer = await _api.Http.GetAsync(new Uri(address, UriKind.Relative), Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public void Every_parameter_that_a_handler_reads_from_the_query_is_described()
    {
        foreach (var endpoint in _api.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<FailureCodes>() is null || endpoint.Metadata.GetMetadata<MethodInfo>() is not { } handler)
                continue;
            var path = endpoint.RoutePattern.Parameters.Select(part => part.Name);
            var read = handler.GetParameters().Where(one => one.ParameterType == typeof(string) || one.ParameterType == typeof(string[])).Select(one => one.Name!);
            var described = endpoint.Metadata.OfType<TakenParameter>().Where(taken => !taken.InHeader).Select(taken => taken.Name);
            Assert.Empty(read.Except(path).Except(described));
        }
    }
}
