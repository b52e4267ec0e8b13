using System.Net;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Jobs;
using RoadSeg.Work;

namespace RoadSeg.Cli.Batches;

/// <summary>Sends the photos of a folder that is to be a batch. What the service has no room for is sent when it has; what cannot be read
/// here, or is larger than the service takes, is left out and said.</summary>
/// <param name="client">The service.</param>
/// <param name="folder">The photos.</param>
/// <param name="begun">What was sent before, and is noted now.</param>
internal sealed class BatchSending(RoadSegClient client, string folder, BatchFolder begun)
{
    private const int AtOnce = 8;
    private const int MostTold = 10;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private static readonly string?[] NoRoom = [ErrorCodes.TooManyJobs.Code, ErrorCodes.TooManyRequests.Code, ErrorCodes.QueueFull.Code];

    /// <summary>Sends photos.</summary>
    /// <param name="names">Their names within the folder.</param>
    /// <param name="about">What is said of their jobs.</param>
    /// <param name="cancel">Stops; those that were sent are noted.</param>
    /// <returns>How many were left out.</returns>
    /// <exception cref="CommandFailedException">Some that can be read were not sent.</exception>
    public async Task<int> RunAsync(IReadOnlyList<string> names, UploadRequest about, CancellationToken cancel)
    {
        var tags = new Dictionary<string, string>(about.Tags ?? new Dictionary<string, string>()) { [BatchFolder.Tag] = begun.Key };
        about = about with { Tags = tags };
        var sent = await Batch.RunAsync(names.Count, AtOnce, (i, board, stop) => SendAsync(names[i], about, board.Sent(i), stop), cancel);
        var leftOut = 0;
        var unsent = new List<string>();
        for (var i = 0; i < names.Count; i++)
        {
            if (sent[i].Failure is { } failure)
                unsent.Add($"{names[i]}: {failure.Message}");
            else if (sent[i].Value!.Fault is { } fault && leftOut++ < MostTold)
                Screen.Note($"{names[i]} is left out: {fault}");
        }

        if (leftOut > MostTold)
            Screen.Note($"... and {leftOut - MostTold} more.");
        foreach (var line in unsent.Take(MostTold))
            Screen.Note(line);
        if (unsent.Count > 0)
            throw new CommandFailedException(
                $"{unsent.Count} photos could not be sent. Start the command again: it sends those that are left."
            );

        // The batch takes in whatever has the tag. Not before all is sent: the key of an erased job is refused.
        foreach (var job in begun.WithoutPhoto)
            await EraseAsync(job, cancel);
        return leftOut;
    }

    private async Task<Sent> SendAsync(string name, UploadRequest about, IProgress<long> progress, CancellationToken cancel)
    {
        FileStream photo;
        try
        {
            photo = File.OpenRead(Path.Combine(folder, name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            begun.NoteLeftOut(name);
            return new Sent(e.Message);
        }

        // The same key with the same photo is the same job, also for who is started again. One that waited for its photo in vain, for
        // who was interrupted meanwhile, has another after it.
        var first = begun.Key + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
        about = about with { FileName = name };
        await using (photo)
        {
            while (true)
            {
                var key = begun.Tries(name) is > 0 and var tries ? $"{first}-{tries}" : first;
                try
                {
                    var job = await RoomAsync(
                        () =>
                        {
                            photo.Position = 0;
                            return client.UploadAsync(photo, about, key, progress, cancel);
                        },
                        cancel
                    );
                    if (!IsWithoutPhoto(job))
                        break;
                    begun.NoteWithoutPhoto(name, job.Id);
                }
                catch (Exception e) when (e is RoadSegApiException or HttpRequestException or IOException or TimeoutException)
                {
                    if (await FaultAsync(photo, e, cancel) is not { } fault)
                        throw;
                    begun.NoteWithoutPhoto(name, (await client.IssueUploadKeyAsync(about, key, cancel)).Id);
                    begun.NoteLeftOut(name);
                    return new Sent(fault);
                }
            }
        }

        begun.NoteSent(name);
        return new Sent(null);
    }

    private static bool IsWithoutPhoto(JobView job) =>
        job is { State: JobState.Expired } or { State: JobState.Canceled, Times: { ReceivedAt: null, QueuedAt: null } };

    // What a photo itself is to blame for. A broken read looks like a broken line to who sends.
    private static async Task<string?> FaultAsync(FileStream photo, Exception failure, CancellationToken cancel)
    {
        if (failure is RoadSegApiException refused)
            return refused.Code == ErrorCodes.ImageTooManyBytes.Code ? refused.Message : null;
        try
        {
            photo.Position = 0;
            await photo.CopyToAsync(Stream.Null, cancel);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    private async Task EraseAsync(WorkId job, CancellationToken cancel)
    {
        try
        {
            await client.EraseAsync(job, cancel);
        }
        catch (RoadSegApiException e) when (e.Status == HttpStatusCode.NotFound)
        {
            // Its record is kept no more.
        }
    }

    private static async Task<JobView> RoomAsync(Func<Task<JobView>> send, CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return await send();
            }
            catch (RoadSegApiException e) when (NoRoom.Contains(e.Code))
            {
                await Task.Delay(e.RetryAfter ?? Pause, cancel);
            }
        }
    }

    /// <summary>A photo that was looked at.</summary>
    /// <param name="Fault">Why it is left out; null where it was sent.</param>
    private sealed record Sent(string? Fault);
}
