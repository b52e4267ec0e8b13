using System.Text;
using Microsoft.AspNetCore.Http;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>"A small photo with a field of 15 MiB held 30 MiB for as long as its request waited": what a form may hold.</summary>
public sealed class SubmittedFormTests
{
    private const string Photo = "Content-Disposition: form-data; name=\"image\"; filename=\"street.jpg\"\r\nContent-Type: image/jpeg\r\n\r\nphoto";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_and_fields_come_as_they_were_sent_wherever_they_stand()
    {
        var form = await ReadAsync(Field("model", "a"), Field("tag", "x:1"), Photo, Field("tag", "straße:2"));

        Assert.Equal(("photo", "street.jpg"), (Encoding.UTF8.GetString(form.File), form.FileName));
        Assert.Equal(["model=a", "tag=x:1,straße:2"], form.Fields.Select(field => $"{field.Key}={field.Value}"));
    }

    [Fact]
    public async Task A_name_in_the_extended_form_wins_over_the_plain_one()
    {
        var form = await ReadAsync("Content-Disposition: form-data; name=image; filename=\"strasse.jpg\"; filename*=UTF-8''stra%C3%9Fe.jpg\r\n\r\nphoto");

        Assert.Equal("straße.jpg", form.FileName);
    }

    [Theory]
    [InlineData(64 * 1024, true)]
    [InlineData((64 * 1024) + 1, false)]
    [InlineData(15 << 20, false)]
    public async Task Fields_have_64_KiB_all_together(int bytes, bool taken)
    {
        var reading = ReadAsync(Field("a", new string('a', bytes / 2)), Photo, Field("b", new string('b', bytes - (bytes / 2))));

        if (taken)
            Assert.Equal(bytes, (await reading).Fields.Sum(field => field.Value.ToString().Length));
        else
            Assert.Contains("more than 65536 bytes", (await RefusedAsync(reading)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_form_has_64_parts_at_most()
    {
        string[] fields = [.. Enumerable.Range(0, 64).Select(i => Field($"f{i}", "x"))];

        Assert.Equal(63, (await ReadAsync([Photo, .. fields[..63]])).Fields.Count);
        Assert.Contains("more than 64 parts", (await RefusedAsync(ReadAsync([Photo, .. fields]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Another_number_of_files_than_one_is_told(int files)
    {
        var refused = await RefusedAsync(ReadAsync([Field("model", "a"), .. Enumerable.Repeat(Photo, files)]));

        Assert.Equal($"Send exactly one file in the form, not {files}.", refused.Message);
    }

    [Theory]
    [InlineData("multipart/form-data", "--b\r\n" + Photo + "\r\n--b--\r\n")]
    [InlineData("multipart/form-data; boundary=c", "--b\r\n" + Photo + "\r\n--b--\r\n")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\n" + Photo)]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nContent-Type: image/jpeg\r\n\r\nphoto\r\n--b--\r\n")]
    [InlineData("multipart/form-data; boundary=b", "")]
    public async Task A_form_that_is_none_or_cut_short_is_refused_in_words(string type, string body)
    {
        var refused = await RefusedAsync(ReadBodyAsync(type, Encoding.UTF8.GetBytes(body)));

        Assert.StartsWith("The form is malformed or cut short.", refused.Message, StringComparison.Ordinal);
    }

    private static string Field(string name, string value) => $"Content-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}";

    private static Task<SubmittedForm> ReadAsync(params string[] parts) =>
        ReadBodyAsync("multipart/form-data; boundary=\"b\"", Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => $"--b\r\n{part}\r\n")) + "--b--\r\n"));

    private static async Task<SubmittedForm> ReadBodyAsync(string type, byte[] body)
    {
        var request = new DefaultHttpContext().Request;
        (request.ContentType, request.ContentLength, request.Body) = (type, body.Length, new MemoryStream(body));
        return await SubmittedForm.ReadAsync(request, 16 << 20, TimeProvider.System, static () => new RoadSegException(ErrorCodes.ImageTooManyBytes, "Too large."), Cancel);
    }

    private static async Task<RoadSegException> RefusedAsync(Task<SubmittedForm> reading)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => reading);
        Assert.Equal(ErrorCodes.RequestInvalid, refused.Code);
        return refused;
    }
}
