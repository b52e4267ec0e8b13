using System.IO.Hashing;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using RoadSeg.Errors;
using RoadSeg.Imaging;

namespace RoadSeg.Functions.Tests.Privacy;

/// <summary>Looks through all of an account for what is left of a photo: any 64 bytes of its file that are its own, and the pixels of one of its areas in whatever
/// can be decoded, or read as raw pixels of the model's input.</summary>
/// <param name="storage">An account of the test's own.</param>
/// <param name="file">The photo, a JPEG.</param>
/// <param name="area">Left, top, right and bottom of the area.</param>
internal sealed class PhotoTraces(StorageFixture storage, byte[] file, (int Left, int Top, int Right, int Bottom) area)
{
    private const int Window = 64;

    // Of pixels that differ by no more the picture is the same to an eye; noise meets that by chance in a few of a thousand.
    private const int Near = 20;
    private const double ByChance = 0.05;

    private readonly RgbImage _photo = Photos.Decode(file);
    private readonly HashSet<ulong> _windows = Windows(file);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>What holds something of it: container and name of blobs and snapshots, names of queues.</summary>
    /// <param name="input">Width and height of the model's input.</param>
    public async Task<IReadOnlyList<string>> FindAsync((int Width, int Height) input)
    {
        var (found, seen) = (new List<string>(), 0);
        await foreach (var container in storage.Blobs.GetBlobContainersAsync(cancellationToken: Cancel))
        {
            var blobs = storage.Blobs.GetBlobContainerClient(container.Name);
            await foreach (var blob in blobs.GetBlobsAsync(BlobTraits.None, BlobStates.Snapshots | BlobStates.Uncommitted, null, Cancel))
            {
                seen++;
                var bytes = (await blobs.GetBlobBaseClient(blob.Name).WithSnapshot(blob.Snapshot).DownloadContentAsync(Cancel)).Value.Content.ToArray();
                if (Holds(bytes) || Shows(bytes, input))
                    found.Add($"{container.Name}/{blob.Name}");
            }
        }

        await foreach (var queue in storage.Queues.GetQueuesAsync(cancellationToken: Cancel))
        {
            foreach (var message in (await storage.Queues.GetQueueClient(queue.Name).PeekMessagesAsync(32, Cancel)).Value)
            {
                if (Holds(message.Body.ToArray()))
                    found.Add(queue.Name);
            }
        }

        Assert.True(seen > 0);
        return found;
    }

    // The tables before the scan are those of every JPEG that libjpeg wrote.
    private static HashSet<ulong> Windows(byte[] file)
    {
        var scan = file.AsSpan().IndexOf([(byte)0xFF, (byte)0xDA]);
        Assert.InRange(scan, 1, file.Length - 1000);
        return [.. Enumerable.Range(scan, file.Length - scan - Window).Select(at => XxHash3.HashToUInt64(file.AsSpan(at, Window)))];
    }

    private bool Holds(byte[] bytes)
    {
        for (var at = 0; at <= bytes.Length - Window; at++)
        {
            if (_windows.Contains(XxHash3.HashToUInt64(bytes.AsSpan(at, Window))))
                return true;
        }

        return false;
    }

    private bool Shows(byte[] bytes, (int Width, int Height) input)
    {
        if (bytes.Length == 3 * input.Width * input.Height)
            return IsNear(new RgbImage(input.Width, input.Height, bytes));
        try
        {
            return IsNear(Photos.Decode(bytes));
        }
        catch (RoadSegException)
        {
            // No picture.
            return false;
        }
    }

    private bool IsNear(RgbImage other)
    {
        var own = other.Width == _photo.Width && other.Height == _photo.Height ? _photo : ImageDecoder.ResizeTo(_photo, other.Width, other.Height);
        var (x, y) = ((double)other.Width / _photo.Width, (double)other.Height / _photo.Height);
        var (near, all) = (0, 0);
        for (var row = (int)(area.Top * y); row < (int)(area.Bottom * y); row++)
        {
            for (var column = (int)(area.Left * x); column < (int)(area.Right * x); column++)
            {
                var at = 3 * ((row * other.Width) + column);
                all++;
                near += Enumerable.Range(at, 3).All(i => Math.Abs(own.Pixels[i] - other.Pixels[i]) <= Near) ? 1 : 0;
            }
        }

        return near > ByChance * all;
    }
}
