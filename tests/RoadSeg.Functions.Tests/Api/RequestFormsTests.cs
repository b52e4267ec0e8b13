using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Tests.Api;

/// <summary>What is read of a request beside its body: waits and callers.</summary>
public sealed class RequestFormsTests
{
    [Theory]
    [InlineData("wait=5", 5)]
    [InlineData("wait=0", 0)]
    [InlineData("WAIT=7", 7)]
    [InlineData("wait=60", 60)]
    [InlineData("wait=61", 60)]
    [InlineData("wait=100000", 60)]
    [InlineData("respond-async, wait=9", 9)]
    [InlineData("wait=soon, wait=4", 4)]
    [InlineData("wait=-1", null)]
    [InlineData("wait=1.5", null)]
    [InlineData("wait=", null)]
    [InlineData("respond-async", null)]
    [InlineData(null, null)]
    public void A_preference_to_wait_is_taken_as_far_as_it_goes_and_ignored_where_it_cannot_be_read(string? header, int? seconds)
    {
        var request = new DefaultHttpContext().Request;
        if (header is not null)
            request.Headers["Prefer"] = header;

        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, Waits.Preferred(request, 60));
    }

    [Theory]
    [InlineData("?wait=0", 0)]
    [InlineData("?wait=60", 60)]
    [InlineData("", null)]
    public void A_wait_that_is_asked_for_is_in_seconds(string query, int? seconds)
    {
        Assert.Equal(seconds is { } wait ? TimeSpan.FromSeconds(wait) : null, Waits.Asked(Asking(query), 60));
    }

    [Theory]
    [InlineData("?wait=61")]
    [InlineData("?wait=-1")]
    [InlineData("?wait=soon")]
    [InlineData("?wait=")]
    public void A_wait_that_is_none_is_refused(string query)
    {
        var refused = Assert.Throws<RoadSegException>(() => Waits.Asked(Asking(query), 60));

        Assert.Equal((ErrorCodes.RequestInvalid, "The parameter 'wait' is a number of seconds from 0 to 60."), (refused.Code, refused.Message));
    }

    [Fact]
    public void Callers_are_told_apart_by_their_keys_wherever_the_key_stands_and_named_where_a_name_is_set()
    {
        var callers = Callers($"city={Hash("k1")}, city={Hash("k2")},bus={Hash("k3")}");

        Assert.Equal(["city", "city", "bus"], ((string[])["k1", "k2", "k3"]).Select(key => callers.Of(With(header: key))));
        Assert.Equal("bus", callers.Of(With(code: "k3")));
        Assert.Equal("bus", callers.Of(With(header: "k3", code: "k3")));
        Assert.Equal(RoadSeg.Jobs.Callers.Local, callers.Of(With()));
        Assert.Equal(RoadSeg.Jobs.Callers.Local, callers.Of(With(header: "")));
        Assert.Equal(RoadSeg.Jobs.Callers.OfKey("k4"), callers.Of(With(header: "k4")));
        Assert.NotEqual(callers.Of(With(header: "k4")), callers.Of(With(header: "k5")));
        Assert.Equal(ErrorCodes.RequestInvalid, Assert.Throws<RoadSegException>(() => callers.Of(With(header: "k1", code: "k3"))).Code);
    }

    [Theory]
    [InlineData("city")]
    [InlineData("city=abc")]
    [InlineData("City={0}")]
    [InlineData("=x{0}")]
    [InlineData("city={0}=")]
    [InlineData("city={1}")]
    public void A_setting_of_callers_that_is_none_stops_the_start_with_the_entry_in_the_message(string entry)
    {
        entry = entry.Replace("{0}", Hash("k1"), StringComparison.Ordinal).Replace("{1}", Hash("k1").ToUpperInvariant(), StringComparison.Ordinal);

        Assert.Contains($"'{entry}'", Assert.Throws<InvalidOperationException>(() => Callers(entry)).Message, StringComparison.Ordinal);
    }

    private static CallerKeys Callers(string setting) =>
        CallerKeys.Read(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ROADSEG_CALLERS"] = setting }).Build());

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private static HttpRequest With(string? header = null, string? code = null)
    {
        var request = Asking(code is null ? "" : $"?code={code}");
        if (header is not null)
            request.Headers["x-functions-key"] = header;
        return request;
    }

    private static HttpRequest Asking(string query)
    {
        var request = new DefaultHttpContext().Request;
        request.QueryString = new QueryString(query);
        return request;
    }
}
