using System.Runtime.InteropServices;

namespace RoadSeg.Imaging.Native;

// Operations, images and regions.
internal static unsafe partial class Vips
{
    internal static GObjectHandle NewOperation(string nickname) => new(Check(vips_operation_new(nickname), nickname));

    /// <summary>Checks the arguments and runs the operation as far as it runs before pixels are asked for.</summary>
    /// <returns>The built operation, which need not be the one given.</returns>
    internal static GObjectHandle Build(GObjectHandle operation, string nickname)
    {
        var built = vips_cache_operation_build(operation);
        if (built != 0)
            return new GObjectHandle(built);
        vips_object_unref_outputs(operation);
        throw Failure(nickname);
    }

    /// <summary>Drops the references that a built operation holds to its outputs.</summary>
    internal static void ReleaseOutputs(GObjectHandle operation) => vips_object_unref_outputs(operation);

    /// <summary>An image over 8-bit pixels that stay the caller's, pinned until the image and all made from it are released.</summary>
    internal static VipsImage FromMemory(byte* pixels, nuint length, int width, int height, int bands) =>
        new(Check(vips_image_new_from_memory(pixels, length, width, height, bands, VipsBandFormat.UChar), "vips_image_new_from_memory"));

    internal static int Width(VipsImage image) => vips_image_get_width(image);

    internal static int Height(VipsImage image) => vips_image_get_height(image);

    internal static int Bands(VipsImage image) => vips_image_get_bands(image);

    internal static int BandFormat(VipsImage image) => vips_image_get_format(image);

    internal static int Interpretation(VipsImage image) => vips_image_guess_interpretation(image);

    internal static bool HasAlpha(VipsImage image) => vips_image_hasalpha(image) != 0;

    internal static int Orientation(VipsImage image) => vips_image_get_orientation(image);

    internal static bool HasField(VipsImage image, string name) => vips_image_get_typeof(image, name) != 0;

    /// <summary>An int of the header, or a default where there is none.</summary>
    internal static int Field(VipsImage image, string name, int otherwise)
    {
        if (vips_image_get_typeof(image, name) == 0)
            return otherwise;
        Check(vips_image_get_int(image, name, out var value), name);
        return value;
    }

    internal static GObjectHandle NewRegion(VipsImage image) => new(Check(vips_region_new(image), "vips_region_new"));

    /// <summary>Makes pixels of whole rows, on the calling thread.</summary>
    /// <returns>Memory to give back to <see cref="Free"/>; rows without padding.</returns>
    internal static nint FetchRows(GObjectHandle region, int top, int width, int rows, out nuint length) =>
        Check(vips_region_fetch(region, 0, top, width, rows, out length), "vips_region_fetch");

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint vips_operation_new(string nickname);

    [LibraryImport(Library)]
    private static partial nint vips_cache_operation_build(GObjectHandle operation);

    [LibraryImport(Library)]
    private static partial void vips_object_unref_outputs(GObjectHandle operation);

    [LibraryImport(Library)]
    private static partial nint vips_image_new_from_memory(void* data, nuint size, int width, int height, int bands, int format);

    [LibraryImport(Library)]
    private static partial int vips_image_get_width(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_get_height(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_get_bands(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_get_format(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_guess_interpretation(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_hasalpha(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial int vips_image_get_orientation(GObjectHandle image);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nuint vips_image_get_typeof(GObjectHandle image, string name);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int vips_image_get_int(GObjectHandle image, string name, out int value);

    [LibraryImport(Library)]
    private static partial nint vips_region_new(GObjectHandle image);

    [LibraryImport(Library)]
    private static partial nint vips_region_fetch(GObjectHandle region, int left, int top, int width, int height, out nuint length);
}
