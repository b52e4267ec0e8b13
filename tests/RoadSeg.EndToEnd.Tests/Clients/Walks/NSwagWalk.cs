using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Net.Http;
using System.Text;
using System.Threading.Tasks;
using RoadSeg.Api;
using Xunit;
using ImageLimits = RoadSeg.Imaging.ImageLimits;
using MaskPng = RoadSeg.Imaging.MaskPng;

/// <summary>With the client that NSwag makes.</summary>
public static class NSwagWalk
{
    public static async Task RunAsync(HttpClient http, byte[] photo)
    {
        var api = new RoadSegApi(http);

        // A photo put straight into storage.
        var about = new UploadRequest { FileName = "phone.jpg", ContentType = "image/jpeg", Tags = new Dictionary<string, string> { ["camera"] = "front" } };
        var ticket = await api.IssueUploadKeyAsync(body: about);
        using (var put = new HttpRequestMessage(HttpMethod.Put, ticket.Url) { Content = new ByteArrayContent(photo) })
        {
            foreach (var (name, value) in ticket.Headers)
                _ = put.Headers.TryAddWithoutValidation(name, value) || put.Content.Headers.TryAddWithoutValidation(name, value);
            using var storage = new HttpClient();
            using var stored = await storage.SendAsync(put);
            Assert.True(stored.IsSuccessStatusCode);
        }

        JobView job;
        do
            job = await api.GetJobAsync(ticket.Id, wait: 30);
        while (job.State is not (JobState.Succeeded or JobState.Failed or JobState.Canceled or JobState.Expired));
        Assert.Equal((JobState.Succeeded, "front"), (job.State, job.Tags["camera"]));

        // Its results.
        var mask = MaskPng.Decode(await BytesAsync(await api.GetMaskAsync(job.Id)), new ImageLimits());
        Assert.Equal((751, 563), (mask.Width, mask.Height));
        Assert.Equal("WEBP", Encoding.ASCII.GetString(await BytesAsync(await api.GetOverlayAsync(job.Id, format: OverlayFormat.Webp)), 8, 4));
        var summary = await api.GetSummaryAsync(job.Id);
        Assert.Equal(751L * 563, summary.Classes.Sum(each => each.Pixels));
        Assert.Equal(ResizeMode.KeepAspect, summary.Preprocess.Mode);
        Assert.Equal(summary.Present, (await api.GetPolygonsAsync(job.Id, minArea: 500)).Classes.Select(each => each.Id));

        // Photos in the body and in a form, which the service holds until they have ended.
        var body = await api.SubmitJobAsync(new FileParameter(new MemoryStream(photo), null, "image/jpeg"), fileName: "body.jpg", tag: ["a:1", "b:2"], prefer: "wait=30");
        Assert.Equal((JobState.Succeeded, "body.jpg", "2"), (body.State, body.FileName, body.Tags["b"]));
        var form = await api.SubmitFormAsync(file: new FileParameter(new MemoryStream(photo), "form.jpg", "image/jpeg"), tag: ["a:1", "b:2"], prefer: "wait=30");
        Assert.Equal((JobState.Succeeded, "form.jpg", "2"), (form.State, form.FileName, form.Tags["b"]));

        // Lists, cancelling, refusals.
        var page = await api.ListJobsAsync(state: JobState.Succeeded, limit: 2);
        Assert.Equal([form.Id, body.Id], page.Items.Select(each => each.Id));
        Assert.NotNull(page.Next);
        var awaiting = await api.IssueUploadKeyAsync();
        Assert.Equal(awaiting.Id, Assert.Single((await api.ListJobsAsync(state: JobState.AwaitingUpload)).Items).Id);
        Assert.Equal(JobState.Canceled, (await api.CancelJobAsync(awaiting.Id)).State);
        var refused = await Assert.ThrowsAsync<ApiException<Problem>>(() => api.GetMaskAsync(awaiting.Id));
        Assert.Equal((409, "result-not-ready", false), (refused.StatusCode, refused.Result.Code, refused.Result.Retryable));
    }

    private static async Task<byte[]> BytesAsync(FileResponse file)
    {
        using (file)
        {
            using var content = new MemoryStream();
            await file.Stream.CopyToAsync(content);
            return content.ToArray();
        }
    }
}
