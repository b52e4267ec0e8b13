using System.Net;
using System.Net.Http.Json;
using RoadSeg.Jobs;

namespace RoadSeg.Tests;

/// <summary>Upload keys as a client without a library uses them.</summary>
public static class UploadTickets
{
    private static readonly HttpClient Storage = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<UploadTicket> IssueAsync(HttpClient api, UploadRequest request)
    {
        using var answer = await api.PostAsJsonAsync(new Uri("/v1/uploads", UriKind.Relative), request, JobJson.Default.UploadRequest, Cancel);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync(JobJson.Default.UploadTicket, Cancel))!;
    }

    /// <summary>Stores a photo by its key; answers 403 for every way in which storage says no.</summary>
    public static async Task<HttpStatusCode> PutAsync(UploadTicket ticket, Uri address, byte[] content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, address) { Content = new ByteArrayContent(content) };
        foreach (var (name, value) in ticket.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await Storage.SendAsync(request, Cancel);

        // That the blob is there already is told as a conflict where the address is good for creating.
        return answer.StatusCode == HttpStatusCode.Conflict ? HttpStatusCode.Forbidden : answer.StatusCode;
    }
}
