using RoadSeg.Errors;

namespace RoadSeg.Imaging.Native;

/// <summary>The frame around every piece of native work on a photo.</summary>
internal static class VipsWork
{
    /// <summary>Runs work on a file of a caller: a native failure means that the file is broken.</summary>
    /// <exception cref="RoadSegException">image-corrupt.</exception>
    public static T OnFile<T>(ImageFormat format, Func<T> work)
    {
        _ = VipsLibrary.Version;
        try
        {
            return work();
        }
        catch (VipsException e)
        {
            throw new RoadSegException(
                ErrorCodes.ImageCorrupt,
                $"The {Name(format)} file cannot be decoded: it is damaged or cut short. Send the original file again.",
                e);
        }
        finally
        {
            Vips.ReleaseThread();
        }
    }

    /// <summary>Runs work on pixels of our own: a native failure is a defect of the service.</summary>
    /// <exception cref="RoadSegException">internal.</exception>
    public static T OnPixels<T>(Func<T> work)
    {
        _ = VipsLibrary.Version;
        try
        {
            return work();
        }
        catch (VipsException e)
        {
            throw new RoadSegException(ErrorCodes.Internal, "The picture could not be encoded. Try again later.", e);
        }
        finally
        {
            Vips.ReleaseThread();
        }
    }

    private static string Name(ImageFormat format) => format is ImageFormat.WebP ? "WebP" : format.ToString().ToUpperInvariant();
}
