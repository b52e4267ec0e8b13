using Microsoft.Extensions.Configuration;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;

namespace RoadSeg.Functions.Tests.Api;

public sealed class OperatorsTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" , ")]
    public void Without_the_setting_every_caller_is_an_operator(string? setting) => Read(setting).Require("key-0123456789abcdef");

    [Fact]
    public void With_the_setting_those_it_names_are_and_others_are_told_so()
    {
        var operators = Read("alice, team-2");

        operators.Require("alice");
        operators.Require("team-2");
        foreach (var caller in (string[])["bob", "local", "ALICE", "alice2"])
            Assert.Equal(ErrorCodes.OperatorRequired, Assert.Throws<RoadSegException>(() => operators.Require(caller)).Code);
    }

    [Fact]
    public void An_entry_that_is_no_name_stops_the_process_with_a_sentence_that_shows_it() =>
        Assert.Contains("'Alice!'", Assert.Throws<InvalidOperationException>(() => Read("bob,Alice!")).Message, StringComparison.Ordinal);

    private static Operators Read(string? setting) =>
        Operators.Read(new ConfigurationBuilder().AddInMemoryCollection([new("ROADSEG_OPERATORS", setting)]).Build());
}
