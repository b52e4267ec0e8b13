using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;
using RoadSeg.Api;
using RoadSeg.Api.Models;
using RoadSeg.Api.V1.Jobs.Item.Overlay;
using Xunit;
using ImageLimits = RoadSeg.Imaging.ImageLimits;
using MaskPng = RoadSeg.Imaging.MaskPng;

/// <summary>With the client that Kiota makes.</summary>
public static class KiotaWalk
{
    public static async Task RunAsync(HttpClient http, byte[] photo)
    {
        using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider(), httpClient: http) { BaseUrl = http.BaseAddress!.OriginalString };
        var api = new RoadSegApi(adapter);

        // A photo put straight into storage.
        var about = new UploadRequest { FileName = "phone.jpg", ContentType = "image/jpeg", Tags = new() { AdditionalData = new Dictionary<string, object> { ["camera"] = "front" } } };
        var ticket = (await api.V1.Uploads.PostAsync(about))!;
        using (var put = new HttpRequestMessage(HttpMethod.Put, ticket.Url) { Content = new ByteArrayContent(photo) })
        {
            foreach (var (name, value) in ticket.Headers!.AdditionalData)
                _ = put.Headers.TryAddWithoutValidation(name, (string)value) || put.Content.Headers.TryAddWithoutValidation(name, (string)value);
            using var storage = new HttpClient();
            using var stored = await storage.SendAsync(put);
            Assert.True(stored.IsSuccessStatusCode);
        }

        var item = api.V1.Jobs[ticket.Id!];
        JobView job;
        do
            job = (await item.GetAsync(with => with.QueryParameters.Wait = 30))!;
        while (job.State is not (JobState.Succeeded or JobState.Failed or JobState.Canceled or JobState.Expired));
        Assert.Equal((JobState.Succeeded, "front"), (job.State, job.Tags!.AdditionalData["camera"]));

        // Its results.
        var mask = MaskPng.Decode(await BytesAsync(await item.Mask.GetAsync()), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
        var overlay = await item.Overlay.GetAsync(with => with.QueryParameters.FormatAsGetFormatQueryParameterType = GetFormatQueryParameterType.Webp);
        Assert.Equal("WEBP", Encoding.ASCII.GetString(await BytesAsync(overlay), 8, 4));
        var summary = (await item.Summary.GetAsync())!;
        Assert.Equal(751L * 563, summary.Classes!.Sum(each => each.Pixels));
        Assert.Equal(ResizeMode.KeepAspect, summary.Preprocess!.Mode);
        Assert.Equal(summary.Present, (await item.Polygons.GetAsync(with => with.QueryParameters.MinArea = 500))!.Classes!.Select(each => each.Id));
        Assert.Null(await item.Mask.GetAsync(with => with.Headers.Add("If-None-Match", "*")));

        // Photos in the body and in a form, which the service holds until they have ended.
        var body = (await api.V1.Jobs.PostAsync(new MemoryStream(photo), "image/jpeg", with =>
        {
            with.QueryParameters.FileName = "body.jpg";
            with.QueryParameters.Tag = ["a:1", "b:2"];
            with.Headers.Add("Prefer", "wait=30");
        }))!;
        Assert.Equal((JobState.Succeeded, "body.jpg", "2"), (body.State, body.FileName, body.Tags!.AdditionalData["b"]));
        var parts = new MultipartBody();
        parts.AddOrReplacePart("file", "image/jpeg", new MemoryStream(photo), "form.jpg");
        var form = (await api.V1.Jobs.Form.PostAsync(parts, with =>
        {
            with.QueryParameters.Tag = ["a:1", "b:2"];
            with.Headers.Add("Prefer", "wait=30");
        }))!;
        Assert.Equal((JobState.Succeeded, "form.jpg", "2"), (form.State, form.FileName, form.Tags!.AdditionalData["b"]));

        // Lists, cancelling, refusals.
        var page = (await api.V1.Jobs.GetAsync(with => (with.QueryParameters.StateAsJobState, with.QueryParameters.Limit) = (JobState.Succeeded, 2)))!;
        Assert.Equal([form.Id, body.Id], page.Items!.Select(each => each.Id));
        Assert.NotNull(page.Next);
        var awaiting = (await api.V1.Uploads.PostAsync(new UploadRequest()))!;
        var alone = await api.V1.Jobs.GetAsync(with => with.QueryParameters.StateAsJobState = JobState.AwaitingUpload);
        Assert.Equal(awaiting.Id, Assert.Single(alone!.Items!).Id);
        Assert.Equal(JobState.Canceled, (await api.V1.Jobs[awaiting.Id!].DeleteAsync())!.State);
        var refused = await Assert.ThrowsAsync<Problem>(() => api.V1.Jobs[awaiting.Id!].Mask.GetAsync());
        Assert.Equal((409, "result-not-ready", false), (refused.ResponseStatusCode, refused.Code, refused.Retryable));
        Assert.Equal(refused.Detail, refused.Message);
    }

    private static async Task<byte[]> BytesAsync(Stream? file)
    {
        await using var given = file!;
        using var content = new MemoryStream();
        await given.CopyToAsync(content);
        return content.ToArray();
    }
}
