using System.Security.Cryptography;
using System.Text;
using RoadSeg.Cli.Service;
using RoadSeg.Client;
using RoadSeg.Errors;
using RoadSeg.Jobs;

namespace RoadSeg.Cli.Batches;

/// <summary>Sends the photos of a folder that is to be a batch. What the service has no room for is sent when it has; what cannot be read
/// here is left out and said.</summary>
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
    /// <returns>How many cannot be read.</returns>
    /// <exception cref="CommandFailedException">Some that can be read were not sent.</exception>
    public async Task<int> RunAsync(IReadOnlyList<string> names, UploadRequest about, CancellationToken cancel)
    {
        var tags = new Dictionary<string, string>(about.Tags ?? new Dictionary<string, string>()) { [BatchFolder.Tag] = begun.Key };
        about = about with { Tags = tags };
        var sent = await Batch.RunAsync(names.Count, AtOnce, (i, board, stop) => SendAsync(names[i], about, board.Sent(i), stop), cancel);
        var unreadable = 0;
        var unsent = new List<string>();
        for (var i = 0; i < names.Count; i++)
        {
            if (sent[i].Failure is { } failure)
                unsent.Add($"{names[i]}: {failure.Message}");
            else if (sent[i].Value!.Fault is { } fault && unreadable++ < MostTold)
                Screen.Note($"{names[i]} cannot be read and is left out: {fault}");
        }

        foreach (var line in unsent.Take(MostTold))
            Screen.Note(line);
        if (unsent.Count > 0)
            throw new CommandFailedException(
                $"{unsent.Count} photos could not be sent. Start the command again: it sends those that are left."
            );
        return unreadable;
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
            return new Sent(e.Message);
        }

        // The same key with the same photo is the same job, also for who is started again; one that waited for its photo in vain, for
        // who was interrupted meanwhile, has another after it.
        var key = begun.Key + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16));
        await using (photo)
        {
            for (var tried = 0; ; tried++)
            {
                var job = await RoomAsync(
                    () =>
                    {
                        photo.Position = 0;
                        return client.UploadAsync(
                            photo,
                            about with
                            {
                                FileName = name,
                            },
                            tried == 0 ? key : $"{key}-{tried}",
                            progress,
                            cancel
                        );
                    },
                    cancel
                );
                if (job.State != JobState.Expired)
                    break;
                await client.EraseAsync(job.Id, cancel);
            }
        }

        begun.Note(name);
        return new Sent(null);
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
    /// <param name="Fault">Why it cannot be read; null where it was sent.</param>
    private sealed record Sent(string? Fault);
}
