using System.Text;
using RoadSeg.Jobs;
using RoadSeg.Storage;

namespace RoadSeg.Functions.Tests.Uploads;

/// <summary>"A bare drop whose name has characters outside the basic plane (an emoji)": Event Grid writes U+FFFD for them into the subject, and the photo was
/// not found. Its name stands in data.url.</summary>
public sealed class DamagedSubjectTests
{
    private const string Azure = "https://account.blob.core.windows.net/uploads/";

    [Theory]
    [InlineData("🚗.jpg", Azure + "%F0%9F%9A%97.jpg", "🚗.jpg")]
    [InlineData("\uFFFD\uFFFD.jpg", Azure + "%F0%9F%9A%97.jpg", "🚗.jpg")]
    [InlineData("\uFFFD.jpg", Azure + "%F0%9F%9A%97.jpg", "🚗.jpg")]
    [InlineData("cam 1/\uFFFD ü\uFFFD\uFFFD/a.jpg", Azure + "cam%201/%F0%9F%9A%97%20%C3%BC%F0%9F%8C%A7%EF%B8%8F/a.jpg", "cam 1/🚗 ü🌧️/a.jpg")]
    [InlineData("\uFFFD.jpg", Azure + "🚗.jpg", "🚗.jpg")]
    [InlineData("\uFFFD%41.jpg", Azure + "🚗%41.jpg", "🚗%41.jpg")]
    [InlineData("\uFFFD%41.jpg", Azure + "%F0%9F%9A%97%2541.jpg", "🚗%41.jpg")]
    [InlineData("\uFFFD.jpg", "http://127.0.0.1:10000/devstoreaccount1/uploads/%F0%9F%9A%97.jpg", "🚗.jpg")]
    [InlineData("uploads/\uFFFD.jpg", "http://127.0.0.1:10000/uploads/uploads/uploads/%F0%9F%9A%97.jpg", "uploads/🚗.jpg")]
    [InlineData("\uFFFD?#.jpg", Azure + "%F0%9F%9A%97%3F%23.jpg", "🚗?#.jpg")]
    [InlineData("a\uFFFD", Azure + "a%EF%BF%BD", "a\uFFFD")]
    // What is no address, or of another blob, is not believed.
    [InlineData("\uFFFD.jpg", null, "\uFFFD.jpg")]
    [InlineData("\uFFFD.jpg", "", "\uFFFD.jpg")]
    [InlineData("\uFFFD.jpg", "no address", "\uFFFD.jpg")]
    [InlineData("\uFFFD.jpg", "https://account.blob.core.windows.net/results/secret.jpg", "\uFFFD.jpg")]
    [InlineData("a/\uFFFD.jpg", Azure + "b/%F0%9F%9A%97.jpg", "a/\uFFFD.jpg")]
    [InlineData("aa\uFFFDaa", Azure + "aaa", "aa\uFFFDaa")]
    [InlineData("plain.jpg", Azure + "other.jpg", "plain.jpg")]
    public void The_name_is_read_from_the_address_where_the_subject_is_damaged(string subject, string? url, string path)
    {
        var read = Read(subject, url);

        Assert.Equal((Containers.Uploads, path), (read.Container, read.Path));
    }

    [Fact]
    public void Of_ten_thousand_made_up_names_each_is_read_whole_whatever_the_subject_lost()
    {
        var random = new Random(14);
        string[] pieces = ["a", "ä", "🚗", "🇩🇪", "👨‍👩‍👧", "𝟏", "𠀀", "%", "%41", " ", "?", "#", "+", "/", ".", "\uFFFD", "e\u0301", "uploads/", "日本", "&", "=", "\""];
        for (var i = 0; i < 10_000; i++)
        {
            var name = "x" + string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => pieces[random.Next(pieces.Length)]));
            var damaged = string.Concat(name.EnumerateRunes().Select(rune => rune.IsBmp ? rune.ToString() : new string('\uFFFD', random.Next(1, 5))));
            var encoded = string.Join('/', name.Split('/').Select(Uri.EscapeDataString));

            Assert.Equal(name, Read(damaged, Azure + encoded).Path);
        }
    }

    private static BlobCreatedEvent Read(string subject, string? url)
    {
        var json = $$"""
            {"eventType":"Microsoft.Storage.BlobCreated","subject":{{Text("/blobServices/default/containers/uploads/blobs/" + subject)}},
            "data":{"api":"PutBlob","eTag":"0x1","contentLength":1,"url":{{Text(url)}} } }
            """;
        return BlobCreatedEvent.TryParse(Encoding.UTF8.GetBytes(json))!;
    }

    private static string Text(string? value) => System.Text.Json.JsonSerializer.Serialize(value);
}
