using System.Net;
using System.Text.Json.Nodes;
using RoadSeg.Imaging;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Functions.Tests.Labelling;

/// <summary>The calls that Label Studio makes (tests/golden/label-studio), with what it reads of the answers.</summary>
public sealed class LabelStudioTests(ToolFixture tool) : IClassFixture<ToolFixture>
{
    private const string Brushes = """
        <View>
          <Image name="photo" value="$image" zoom="true"/>
          <BrushLabels name="tag" toName="photo">
            <Label value="Road" background="#804080"/>
            <Label value="Himmel" alias="SKY"/>
            <Label value="building"/>
            <Label value="unicorn"/>
          </BrushLabels>
        </View>
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_up_and_says_which_version_serves()
    {
        var health = await SaysAsync(HttpMethod.Get, "/label-studio/health", null);
        var setup = await SaysAsync(HttpMethod.Post, "/label-studio/setup", Golden("setup.json"));

        var models = JsonNode.Parse(await tool.Service.GetAsync("/v1/models"))!["items"]![0]!;
        Assert.Equal("UP", (string?)health["status"]);
        Assert.Equal($"{models["name"]}@{models["serving"]}", (string?)setup["model_version"]);
        Assert.Equal([(string?)setup["model_version"]], (await SaysAsync(HttpMethod.Get, "/label-studio/versions", null))["versions"]!.AsArray().Select(static one => (string?)one));
    }

    [Fact]
    public async Task A_brush_of_each_labelled_class_is_the_mask_exactly()
    {
        var results = await PredictAsync(Brushes, Inside(Photos.Street));

        var prediction = Assert.Single(results)!;
        var regions = prediction["result"]!.AsArray();
        Assert.Equal(["building", "Road", "SKY"], regions.Select(static region => (string)region!["value"]!["brushlabels"]![0]!).Order(StringComparer.OrdinalIgnoreCase));
        Assert.Equal(regions.Count, regions.Select(static region => (string)region!["id"]!).Distinct().Count());
        var (mask, summary) = await ResultAsync(prediction);
        foreach (var region in regions)
        {
            var value = region!["value"]!;
            Assert.Equal(("tag", "photo", "brushlabels", "rle"), ((string?)region["from_name"], (string?)region["to_name"], (string?)region["type"], (string?)value["format"]));
            Assert.Equal((mask.Width, mask.Height, 0), ((int)region["original_width"]!, (int)region["original_height"]!, (int)region["image_rotation"]!));
            var alpha = BrushDecoder.Alpha([.. value["rle"]!.AsArray().Select(static one => (byte)(int)one!)], mask.Width, mask.Height);
            var label = summary.Classes.Single(one => one.Name.Equals((string)value["brushlabels"]![0]!, StringComparison.OrdinalIgnoreCase));
            Assert.Equal(mask.Ids.Select(id => id == label.Id ? (byte)255 : (byte)0), alpha);
            Assert.Equal(label.MeanConfidence!.Value, (double)region["score"]!, 0.01);
        }

        Assert.Equal($"{summary.Model.Model}@{summary.Model.ModelVersion}", (string?)prediction["model_version"]);
        var answered = summary.Classes.Where(static one => one.Name is "road" or "sky" or "building").ToList();
        Assert.Equal(answered.Sum(static one => one.MeanConfidence!.Value * one.Pixels) / answered.Sum(static one => one.Pixels), (double)prediction["score"]!, 0.01);
        Assert.Equal(
            summary.Classes.Where(one => one.Pixels > 0 && !answered.Contains(one)).Select(static one => one.Name),
            prediction["classes_without_label"]!.AsArray().Select(static one => (string?)one));
    }

    [Fact]
    public async Task A_polygon_of_each_region_has_its_outline_in_percent()
    {
        var prediction = Assert.Single(await PredictAsync(Brushes.Replace("BrushLabels", "PolygonLabels", StringComparison.Ordinal), Inside(Photos.Street)))!;

        var polygons = JsonNode.Parse(await tool.Api.GetByteArrayAsync(new Uri($"/v1/jobs/{prediction["job"]}/polygons?tolerance=1", UriKind.Relative), Cancel))!;
        var (width, height) = ((double)polygons["width"]!, (double)polygons["height"]!);
        foreach (var (label, name) in ((string, string)[])[("Road", "road"), ("SKY", "sky"), ("building", "building")])
        {
            var regions = prediction["result"]!.AsArray().Where(region => (string)region!["value"]!["polygonlabels"]![0]! == label).ToList();
            var outlines = polygons["classes"]!.AsArray().Single(one => (string)one!["name"]! == name)!["polygons"]!.AsArray().Select(static one => one!["coordinates"]![0]!.AsArray());
            Assert.Equal(
                outlines.Select(ring => ring.SkipLast(1).SelectMany(point => (double[])[Math.Round(100 * (double)point![0]! / width, 4), Math.Round(100 * (double)point[1]! / height, 4)])),
                regions.Select(static region => region!["value"]!["points"]!.AsArray().SelectMany(static point => (double[])[(double)point![0]!, (double)point[1]!])));
            Assert.All(regions, static region => Assert.Equal(("polygonlabels", true), ((string?)region!["type"], (bool?)region["value"]!["closed"])));
        }
    }

    [Fact]
    public async Task The_job_is_one_of_the_keys_caller_with_the_tasks_number()
    {
        var prediction = Assert.Single(await PredictAsync(Brushes, Inside(Photos.Fixture("upright.png"))))!;

        Assert.True(WorkId.TryParse((string)prediction["job"]!, out var id));
        var job = (await tool.Service.Jobs.FindAsync(id, Cancel))!.Value;
        Assert.Equal((ToolFixture.Caller, JobState.Succeeded), (job.Caller, job.State));
        Assert.Equal([("project", "3"), ("task", "17"), ("tool", "label-studio")], job.Tags!.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => (tag.Key, tag.Value)));
    }

    // Label Studio matches by place: the answer to a task that cannot be predicted is an object without a result, which it leaves out.
    [Fact]
    public async Task Of_several_tasks_one_that_fails_takes_no_other_with_it()
    {
        var results = await PredictAsync(Brushes, Inside(Photos.Fixture("upright.png")), Inside("no picture"u8.ToArray()), Inside(Photos.Fixture("photo.webp")));

        Assert.Equal([true, false, true], results.Select(static one => one!.AsObject().ContainsKey("result")));
        Assert.Equal("image-format-unsupported", (string?)results[1]!["error"]!["code"]);
        Assert.NotEqual((string?)results[0]!["job"], (string?)results[2]!["job"]);
    }

    [Theory]
    [InlineData("no picture", 415, "image-format-unsupported")]
    [InlineData("", 422, "image-empty")]
    public async Task A_photo_that_is_none_is_refused_with_the_reason(string photo, int status, string code) =>
        await RefusedAsync("/label-studio/predict", Call(Brushes, Inside(System.Text.Encoding.UTF8.GetBytes(photo))), status, code);

    [Fact]
    public async Task A_task_whose_data_names_no_photo_is_refused()
    {
        var call = JsonNode.Parse(Call(Brushes, "x"))!;
        call["tasks"]![0]!["data"] = new JsonObject { ["text"] = "no photo" };

        await RefusedAsync("/label-studio/predict", call.ToJsonString(), 400, "request-invalid", "'image'");
        await RefusedAsync("/label-studio/predict", Call(Brushes, "HALF").Replace("HALF", "\\ud800", StringComparison.Ordinal), 400, "request-invalid", "'image'");
        await RefusedAsync("/label-studio/predict", Call(Brushes, "data:image/png;base64,%%%"), 400, "request-invalid", "base64");
        await RefusedAsync("/label-studio/predict", Call(Brushes, "data:image/png,abc"), 400, "request-invalid", "base64");
    }

    [Theory]
    [InlineData("<View><Image", "XML")]
    [InlineData("", "XML")]
    [InlineData("<!DOCTYPE a [<!ENTITY b \"c\">]><View>&b;</View>", "XML")]
    [InlineData("<View></View>", "BrushLabels")]
    [InlineData("<View><Text name=\"t\" value=\"$t\"/><BrushLabels name=\"b\" toName=\"t\"><Label value=\"road\"/></BrushLabels></View>", "BrushLabels")]
    [InlineData("<View><Image name=\"i\" value=\"photo\"/><BrushLabels name=\"b\" toName=\"i\"><Label value=\"road\"/></BrushLabels></View>", "$image")]
    [InlineData("<View><Image name=\"i\" value=\"$i\"/><BrushLabels name=\"b\" toName=\"i\"><Label value=\"unicorn\"/></BrushLabels></View>", "class of the model")]
    public async Task A_configuration_that_cannot_be_used_is_refused(string config, string says)
    {
        await RefusedAsync("/label-studio/predict", Call(config, Inside(Photos.Fixture("upright.png"))), 400, "request-invalid", says);
        await RefusedAsync("/label-studio/validate", new JsonObject { ["config"] = config }.ToJsonString(), 400, "request-invalid", says);
    }

    [Fact]
    public async Task A_configuration_can_be_tried_and_a_project_without_one_be_connected()
    {
        var valid = await SaysAsync(HttpMethod.Post, "/label-studio/validate", new JsonObject { ["config"] = Brushes }.ToJsonString());

        Assert.Contains("tree", valid["classes_without_label"]!.AsArray().Select(static one => (string?)one));
        Assert.DoesNotContain("sky", valid["classes_without_label"]!.AsArray().Select(static one => (string?)one));
    }

    [Fact]
    public async Task Events_are_heard_and_training_is_refused()
    {
        Assert.Equal("ignored", (string?)(await SaysAsync(HttpMethod.Post, "/label-studio/webhook", Golden("webhook.json")))["status"]);
        await RefusedAsync("/label-studio/webhook", Golden("train.json"), 400, "request-invalid", "data set");
        await RefusedAsync("/label-studio/train", Golden("train.json"), 400, "request-invalid", "data set");
    }

    [Theory]
    [InlineData("{\"tasks\": 5}", "tasks")]
    [InlineData("{", "body")]
    [InlineData("{}", "tasks")]
    [InlineData("{\"tasks\": [null]}", "tasks")]
    public async Task A_body_of_another_form_is_refused(string json, string says) =>
        await RefusedAsync("/label-studio/predict", json, 400, "request-invalid", says);

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        var call = Call(Brushes, "data:image/png;base64," + new string('A', 33 << 20));
        await RefusedAsync("/label-studio/predict", call, 413, "request-too-large");
        await RefusedAsync("/label-studio/predict", Call(Brushes, "data:image/png;base64," + new string('A', 23 << 20)), 413, "image-too-many-bytes");
    }

    private static string Inside(byte[] photo) => "data:image/jpeg;base64," + Convert.ToBase64String(photo);

    private static string Golden(string file) => File.ReadAllText(Checkout.File($"tests/golden/label-studio/{file}"));

    private static string Call(string config, params string[] photos)
    {
        var call = JsonNode.Parse(Golden("predict.json"))!;
        var task = call["tasks"]![0]!;
        call["label_config"] = config;
        call["tasks"] = new JsonArray([
            .. photos.Select(photo =>
            {
                var one = task.DeepClone();
                one["data"]!["image"] = photo;
                return one;
            }),
        ]);
        return call.ToJsonString();
    }

    private async Task<JsonArray> PredictAsync(string config, params string[] photos) =>
        (await SaysAsync(HttpMethod.Post, "/label-studio/predict", Call(config, photos)))["results"]!.AsArray();

    private async Task<(IndexedImage Mask, ResultSummary Summary)> ResultAsync(JsonNode prediction)
    {
        var mask = await tool.Api.GetByteArrayAsync(new Uri($"/v1/jobs/{prediction["job"]}/mask", UriKind.Relative), Cancel);
        var summary = await tool.Api.GetByteArrayAsync(new Uri($"/v1/jobs/{prediction["job"]}/summary", UriKind.Relative), Cancel);
        return (MaskPng.Decode(mask, new ImageLimits()), System.Text.Json.JsonSerializer.Deserialize(summary, JobJson.Default.ResultSummary)!);
    }

    private async Task<JsonNode> SaysAsync(HttpMethod method, string path, string? json)
    {
        using var request = ToolFixture.Request(method, path, json);
        using var answer = await tool.Service.Api.SendAsync(request, Cancel);
        var said = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, said);
        return JsonNode.Parse(said)!;
    }

    private async Task RefusedAsync(string path, string json, int status, string code, string says = "")
    {
        using var request = ToolFixture.Request(HttpMethod.Post, path, json);
        using var answer = await tool.Service.Api.SendAsync(request, Cancel);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancel))!;
        Assert.Equal((status, code), ((int)answer.StatusCode, (string?)problem["code"]));
        Assert.Contains(says, (string?)problem["detail"], StringComparison.Ordinal);
    }
}
