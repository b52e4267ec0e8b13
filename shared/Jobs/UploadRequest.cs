using System.Text.Json.Serialization;

namespace RoadSeg.Jobs;

/// <summary>What a client asks an upload key for.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record UploadRequest
{
    /// <summary>The caller's name for the photo, at most 255 characters; shown, never used in a path.</summary>
    public string? FileName { get; init; }

    /// <summary>Media type the photo will be sent with, such as <c>image/jpeg</c>. The content decides, not this.</summary>
    public string? ContentType { get; init; }

    /// <summary>True for an address that takes the photo in blocks (Put Block, Put Block List), as the storage SDKs send large or
    /// streamed files, and goes on after a break. It lasts for hours. The job is about what was committed when it begins;
    /// later commits change nothing.</summary>
    public bool? Resumable { get; init; }

    /// <summary>Name of the model to use; the live one when absent.</summary>
    public string? Model { get; init; }

    /// <summary>The caller's own notes: at most 16, names of 1-64 letters, digits, <c>. _ -</c>, values up to 256 characters.</summary>
    public IReadOnlyDictionary<string, string>? Tags { get; init; }

    /// <summary>What is not to be kept of the photo: <c>no-location</c> for where it was taken, <c>redact</c> for people, riders and
    /// vehicles in it; both with a comma between them.</summary>
    public JobPrivacy? Privacy { get; init; }

    /// <summary>How closely to look at the photo: <c>high</c> for overlapping tiles, <c>normal</c> when absent.</summary>
    public JobDetail? Detail { get; init; }

    /// <summary>Classes to obscure in place of people, riders and vehicles: names of the model's classes, <c>people</c>, <c>riders</c>,
    /// <c>vehicles</c>, or <c>default</c> for these three. Asks for <c>redact</c> by itself.</summary>
    public IReadOnlyList<string>? Redact { get; init; }

    /// <summary>https address to notify when the job has ended.</summary>
    public string? Webhook { get; init; }
}
