using RoadSeg.Models;

namespace RoadSeg.Tests.Models;

public class ShippedModelsTests
{
    private static readonly string Shipped = Checkout.File("models");

    [Fact]
    public void Two_ship_and_one_serves_where_nothing_is_named()
    {
        Assert.Equal(["default", "open"], ShippedModels.Names(Shipped));
        Assert.All([null, ""], named => Assert.Equal(Path.Combine(Shipped, "default"), ShippedModels.FolderOf(Shipped, named)));
        Assert.Empty(ShippedModels.Names(Path.Combine(Shipped, "nowhere")));
    }

    [Theory]
    [InlineData("open", true)]
    [InlineData("default", true)]
    [InlineData("./open", false)]
    [InlineData("runs/package", false)]
    [InlineData("/work/models/open", false)]
    [InlineData("Open", false)]
    [InlineData("..", false)]
    [InlineData("openly", false)]
    public void A_name_is_that_of_a_package_that_ships_and_everything_else_a_path(string named, bool ships) =>
        Assert.Equal(ships ? Path.Combine(Shipped, named) : named, ShippedModels.FolderOf(Shipped, named));
}
