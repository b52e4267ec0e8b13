using System.Text.Json;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Teaching;

namespace RoadSeg.Trainer.Tests.Teaching;

public sealed class UnlabelledPhotoTests : IDisposable
{
    private static readonly PreprocessSpec Input = new(ResizeMode.Stretch, 96, 64);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Photos_of_any_size_are_read_in_order_and_large_ones_no_larger_than_the_model_needs()
    {
        Photo("b.jpg", 640, 480);
        Photo("a.png", 100, 80);
        var photos = PhotoFolder.List([_folder.Path]);
        Assert.Equal(["a.png", "b.jpg"], photos.Select(Path.GetFileName));
        var small = PhotoFolder.Read(photos[0], Input);
        var large = PhotoFolder.Read(photos[1], Input);
        Assert.Equal((100, 80), (small.Width, small.Height));
        Assert.InRange(large.Width * large.Height, 96 * 64, 96 * 64 * 2);
    }

    [Fact]
    public void A_mask_says_what_is_known_and_255_what_is_not()
    {
        Directory.CreateDirectory(_folder["images"]);
        Directory.CreateDirectory(_folder["masks"]);
        Photo("images/a.jpg", 80, 64);
        Photo("images/b.jpg", 80, 64);
        var mask = Enumerable.Range(0, 80 * 64).Select(i => (byte)(i < 80 * 32 ? 255 : 2)).ToArray();
        File.WriteAllBytes(_folder["masks/a.png"], GrayPng.Encode(mask, 80, 64));
        var photos = PhotoFolder.List([_folder.Path]);
        var known = PhotoFolder.Known(photos[0], PhotoFolder.Read(photos[0], Input), PaintedRoads.Labels);
        Assert.Equal((80 * 32, 80 * 32), (known.Count(id => id == 4), known.Count(id => id == 2)));
        Assert.All(PhotoFolder.Known(photos[1], PhotoFolder.Read(photos[1], Input), PaintedRoads.Labels), id => Assert.Equal(4, id));
        Assert.True(PhotoFolder.HasMasks(_folder.Path));
    }

    [Theory]
    [InlineData("no folder", "There is no folder")]
    [InlineData("empty", "There are no photos in")]
    [InlineData("too small", "is 40x30: too small to learn from")]
    [InlineData("broken", "Take it out of the folder of photos")]
    [InlineData("mask of another size", "is 90x64, its photo 80x64: both must have one size")]
    [InlineData("mask of other classes", "holds id 9, which is neither a class (0-3) nor 255 for unknown")]
    public void What_is_wrong_with_a_folder_is_said_in_a_sentence(string fault, string message)
    {
        Directory.CreateDirectory(_folder["images"]);
        Directory.CreateDirectory(_folder["masks"]);
        var root = fault == "no folder" ? _folder["none"] : _folder.Path;
        if (fault != "empty")
            Photo("images/a.jpg", fault == "too small" ? 40 : 80, fault == "too small" ? 30 : 64);
        if (fault == "broken")
            File.WriteAllBytes(_folder["images/a.jpg"], File.ReadAllBytes(_folder["images/a.jpg"])[..300]);
        if (fault == "mask of another size")
            File.WriteAllBytes(_folder["masks/a.png"], GrayPng.Encode(new byte[90 * 64], 90, 64));
        if (fault == "mask of other classes")
            File.WriteAllBytes(_folder["masks/a.png"], GrayPng.Encode([.. Enumerable.Repeat((byte)9, 80 * 64)], 80, 64));

        var refused = Assert.Throws<TrainerException>(() =>
        {
            foreach (var path in PhotoFolder.List([root]))
                PhotoFolder.Known(path, PhotoFolder.Read(path, Input), PaintedRoads.Labels);
        });
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Classes_are_mapped_by_name_by_the_map_or_to_nothing()
    {
        var names = ClassNames.Read(Map(new() { ["wall"] = "building", ["train"] = null, ["trottoir"] = "pavement" }));
        Assert.Equal([2, 1, -1, -1], names.Ids("other", Catalogue("road", "wall", "train", "trottoir"), PaintedRoads.Labels));
    }

    [Fact]
    public void The_map_that_comes_along_knows_all_of_Cityscapes()
    {
        var camvid = RoadSeg.Datasets.Mapping.BuiltInCatalogues.CamVid11;
        var ids = ClassNames.Read(null).Ids("cityscapes", RoadSeg.Datasets.Mapping.BuiltInCatalogues.Cityscapes19, camvid);
        Assert.All(ids, id => Assert.InRange(id, 0, 10));
        Assert.Equal("bicyclist", camvid.Classes[ids[17]].Name);
    }

    [Fact]
    public void A_teacher_of_other_classes_without_a_map_is_refused_by_name()
    {
        var unknown = Assert.Throws<RoadSegException>(() => ClassNames.Read(null).Ids("zoo", Catalogue("road", "zebra", "lion"), PaintedRoads.Labels));
        Assert.Contains("The model zoo has classes that neither the data set nor the label map", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("zebra, lion", unknown.Message, StringComparison.Ordinal);
        var none = Assert.Throws<RoadSegException>(() => ClassNames.Read(Map(new() { ["zebra"] = null })).Ids("zoo", Catalogue("zebra"), PaintedRoads.Labels));
        Assert.Contains("has none of the data set's classes (sky, building, road, car)", none.Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["broken.json"], "[1]");
        Assert.Contains("is no label map", Assert.Throws<RoadSegException>(() => ClassNames.Read(_folder["broken.json"])).Message, StringComparison.Ordinal);
        Assert.Contains("There is no label map", Assert.Throws<RoadSegException>(() => ClassNames.Read(_folder["none.json"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Looks_that_agree_are_confident_and_looks_that_do_not_are_not()
    {
        // Two pixels in a row: the second teacher sees them mirrored, calls them by other ids, and one of them by a class that is none of ours.
        var votes = new TeacherVotes(classes: 3, width: 2, height: 1);
        votes.Add([0, 1], [200, 240], [0, 1, 2], mirrored: false);
        votes.Add([1, 0], [220, 100], [0, 1, -1], mirrored: true);
        var (ids, confidence) = votes.Result();
        Assert.Equal([0, 1], ids);
        Assert.Equal([150, 230], confidence);

        votes.Add([2, 1], [255, 255], [0, 1, -1], mirrored: false);
        Assert.Equal([100, 238], votes.Result().Confidence);
    }

    private void Photo(string name, int width, int height)
    {
        var image = PaintedRoads.Paint(width, height, new Random(1)).Image;
        File.WriteAllBytes(_folder[name], name.EndsWith(".png", StringComparison.Ordinal) ? PhotoEncoder.Png(image) : PhotoEncoder.Jpeg(image));
    }

    private string Map(Dictionary<string, string?> names)
    {
        File.WriteAllText(_folder["map.json"], JsonSerializer.Serialize(names));
        return _folder["map.json"];
    }

    private static LabelCatalogue Catalogue(params string[] names) =>
        new([.. names.Select((name, id) => new LabelClass(id, name, new RgbColor((byte)(id + 1), 0, 0)))], 255);
}
