using RoadSeg.Errors;

namespace RoadSeg.Tests.Errors;

public sealed class SpellingTests
{
    [Theory]
    [InlineData("modle", "model")]
    [InlineData("MODEL", "model")]
    [InlineData("tags", "tag")]
    [InlineData("fiel_name", "fileName")]
    [InlineData("hook", "webhook")]
    [InlineData("colour", null)]
    [InlineData("", null)]
    [InlineData("x", null)]
    public void The_nearest_name_is_the_one_of_fewest_edits_and_none_where_most_would_have_to_change(string given, string? meant)
    {
        Assert.Equal(meant, Spelling.Nearest(given, ["fileName", "model", "tag", "webhook"]));
    }

    [Fact]
    public void Of_two_names_as_near_the_first_in_the_alphabet_is_taken_and_of_a_very_long_one_nothing_is_near()
    {
        Assert.Equal("bat", Spelling.Nearest("at", ["cat", "bat"]));
        Assert.Null(Spelling.Nearest(new string('a', 65), [new string('a', 64)]));
    }

    [Fact]
    public void Neighbours_that_were_exchanged_are_one_edit()
    {
        Assert.Equal("abcd", Spelling.Nearest("abdc", ["abxx", "abcd"]));
    }
}
