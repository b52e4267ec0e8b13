using System.Runtime.InteropServices;

namespace RoadSeg.Imaging.Native;

// GObject properties. Values travel in a GValue that lives on the stack and is unset in the same call.
internal static unsafe partial class Vips
{
    // Fundamental types of GObject: their number shifted by two.
    private const nuint TypeBoolean = 5 << 2;
    private const nuint TypeInt = 6 << 2;
    private const nuint TypeDouble = 15 << 2;
    private const nuint TypeString = 16 << 2;
    private const nuint TypeObject = 20 << 2;

    /// <summary>Sets an int property, or one of an enum or flags type: GObject converts.</summary>
    internal static void Set(GObjectHandle target, string property, int number)
    {
        GValue value = default;
        g_value_init(ref value, TypeInt);
        g_value_set_int(ref value, number);
        Put(target, property, ref value);
    }

    internal static void Set(GObjectHandle target, string property, bool truth)
    {
        GValue value = default;
        g_value_init(ref value, TypeBoolean);
        g_value_set_boolean(ref value, truth ? 1 : 0);
        Put(target, property, ref value);
    }

    internal static void Set(GObjectHandle target, string property, string text)
    {
        GValue value = default;
        g_value_init(ref value, TypeString);
        g_value_set_string(ref value, text);
        Put(target, property, ref value);
    }

    internal static void Set(GObjectHandle target, string property, GObjectHandle gobject)
    {
        GValue value = default;
        g_value_init(ref value, TypeObject);
        g_value_set_object(ref value, gobject);
        Put(target, property, ref value);
    }

    internal static void Set(GObjectHandle target, string property, BlobHandle blob)
    {
        GValue value = default;
        g_value_init(ref value, vips_blob_get_type());
        g_value_set_boxed(ref value, blob);
        Put(target, property, ref value);
    }

    /// <summary>Takes a reference to the object a property holds.</summary>
    internal static nint TakeObject(GObjectHandle source, string property)
    {
        GValue value = default;
        g_value_init(ref value, TypeObject);
        try
        {
            g_object_get_property(source, property, ref value);
            return Check(g_value_dup_object(ref value), property);
        }
        finally
        {
            g_value_unset(ref value);
        }
    }

    /// <summary>Copies the bytes of a blob property.</summary>
    internal static byte[] CopyBlob(GObjectHandle source, string property)
    {
        GValue value = default;
        g_value_init(ref value, vips_blob_get_type());
        try
        {
            g_object_get_property(source, property, ref value);
            var data = vips_blob_get(Check(g_value_get_boxed(ref value), property), out var length);
            return new ReadOnlySpan<byte>((void*)Check(data, property), checked((int)length)).ToArray();
        }
        finally
        {
            g_value_unset(ref value);
        }
    }

    /// <summary>A blob over memory that stays the caller's: it must be pinned until every image made from it is released.</summary>
    internal static BlobHandle Wrap(void* memory, nuint length) => new(Check(vips_blob_new(0, memory, length), "vips_blob_new"));

    private static void Put(GObjectHandle target, string property, ref GValue value)
    {
        g_object_set_property(target, property, ref value);
        g_value_unset(ref value);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct GValue
    {
        public nuint Type;
        public ulong First;
        public ulong Second;
    }

    [LibraryImport(Library)]
    private static partial nint g_value_init(ref GValue value, nuint type);

    [LibraryImport(Library)]
    private static partial void g_value_unset(ref GValue value);

    [LibraryImport(Library)]
    private static partial void g_value_set_int(ref GValue value, int number);

    [LibraryImport(Library)]
    private static partial void g_value_set_boolean(ref GValue value, int truth);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void g_value_set_string(ref GValue value, string text);

    [LibraryImport(Library)]
    private static partial void g_value_set_object(ref GValue value, GObjectHandle gobject);

    [LibraryImport(Library)]
    private static partial void g_value_set_boxed(ref GValue value, BlobHandle boxed);

    [LibraryImport(Library)]
    private static partial nint g_value_dup_object(ref GValue value);

    [LibraryImport(Library)]
    private static partial nint g_value_get_boxed(ref GValue value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void g_object_set_property(GObjectHandle gobject, string name, ref GValue value);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    private static partial void g_object_get_property(GObjectHandle gobject, string name, ref GValue value);

    [LibraryImport(Library)]
    private static partial nuint vips_blob_get_type();

    [LibraryImport(Library)]
    private static partial nint vips_blob_new(nint free, void* data, nuint length);

    [LibraryImport(Library)]
    private static partial nint vips_blob_get(nint blob, out nuint length);
}
