using System.Text;
using Microsoft.AspNetCore.Http;
using RoadSeg.Errors;
using RoadSeg.Functions.Jobs;

namespace RoadSeg.Functions.Tests.Jobs;

/// <summary>Forms as no browser sends them.</summary>
public sealed class SubmittedImageTests
{
    private const string File = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nphoto";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_one_file_of_a_whole_form_is_the_photo()
    {
        var image = await SubmittedImage.ReadAsync(Request("multipart/form-data; boundary=b", File + "\r\n--b--\r\n"), TimeProvider.System, Cancel);

        Assert.Equal(("photo", "a.jpg"), (Encoding.UTF8.GetString(image.File), image.FileName));
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=b", File)]
    [InlineData("multipart/form-data; boundary=b", "")]
    [InlineData("multipart/form-data; =", File + "\r\n--b--\r\n")]
    [InlineData("multipart/form-data", File + "\r\n--b--\r\n")]
    [InlineData("multipart/form-data; boundary=b", "--b\r\nno header\r\n\r\nphoto\r\n--b--\r\n")]
    public async Task A_form_that_is_malformed_or_cut_short_is_the_callers_to_mend(string type, string body)
    {
        var refused = await Assert.ThrowsAsync<RoadSegException>(() => SubmittedImage.ReadAsync(Request(type, body), TimeProvider.System, Cancel));

        Assert.Equal(ErrorCodes.RequestInvalid, refused.Code);
        Assert.Contains("malformed or cut short", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_breaks_off_is_no_malformed_form()
    {
        var request = Request("multipart/form-data; boundary=b", "");
        await using var broken = new BrokenStream();
        request.Body = broken;

        await Assert.ThrowsAsync<BadHttpRequestException>(() => SubmittedImage.ReadAsync(request, TimeProvider.System, Cancel));
    }

    private static HttpRequest Request(string type, string body)
    {
        var request = new DefaultHttpContext().Request;
        (request.Method, request.ContentType, request.Body) = ("POST", type, new MemoryStream(Encoding.UTF8.GetBytes(body)));
        return request;
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new BadHttpRequestException("Unexpected end of request content.");
    }
}
