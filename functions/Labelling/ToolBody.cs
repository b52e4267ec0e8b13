using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using RoadSeg.Errors;
using RoadSeg.Functions.Api;
using RoadSeg.Functions.Fairness;

namespace RoadSeg.Functions.Labelling;

/// <summary>The JSON body of a tool's call. Members that are not known are left out: the tools send more with every version.</summary>
/// <param name="Value">What was read.</param>
/// <param name="Room">The memory that it takes; dispose it when it is let go.</param>
internal sealed record ToolBody<T>(T Value, IDisposable Room) : IDisposable
    where T : class
{
    /// <summary>Reads a body.</summary>
    /// <param name="context">The call.</param>
    /// <param name="most">Bytes that it may have.</param>
    /// <param name="form">What it holds.</param>
    /// <exception cref="RoadSegException">request-too-large, request-too-slow, too-many-requests, or request-invalid: no such
    /// JSON.</exception>
    public static async Task<ToolBody<T>> ReadAsync(HttpContext context, long most, JsonTypeInfo<T> form)
    {
        // Counted here and not by the server, which would cut the connection: the host in between would answer 500 for it.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        var request = context.Request;
        if (request.ContentLength > most)
            throw TooLarge();
        var services = context.RequestServices;

        // As bytes, and as what is read of them.
        var room = services.GetRequiredService<RequestBodies>().Take(ToolCaller.Of(context), 2 * (request.ContentLength ?? most));
        try
        {
            var time = services.GetRequiredService<TimeProvider>();
            var body = await RequestBody.ReadAsync(request, most, time, TooLarge, context.RequestAborted);
            return new ToolBody<T>(JsonSerializer.Deserialize(body, form) ?? throw new JsonException("it is null."), room);
        }
        catch (JsonException e)
        {
            room.Dispose();
            throw new RoadSegException(ErrorCodes.RequestInvalid, $"The body is not what this call takes: {JsonFault.Of(e)}", e);
        }
        catch
        {
            room.Dispose();
            throw;
        }

        RoadSegException TooLarge() => new(ErrorCodes.RequestTooLarge, $"The body of this call may have at most {most:N0} bytes.");
    }

    public void Dispose() => Room.Dispose();
}
