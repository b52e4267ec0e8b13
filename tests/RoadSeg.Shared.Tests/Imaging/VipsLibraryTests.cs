using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using NetVips;
using RoadSeg.Imaging;
using RoadSeg.Native;

namespace RoadSeg.Tests.Imaging;

public sealed class VipsLibraryTests
{
    [Fact]
    public void Is_loaded_once_and_says_its_version()
    {
        VipsLibrary.Initialize();
        Assert.True(VipsLibrary.Version >= new Version(8, 14));
        Assert.True(VipsLibrary.Supports(ImageFormat.Jpeg) && VipsLibrary.Supports(ImageFormat.Png) && VipsLibrary.Supports(ImageFormat.WebP));
        var error = Assert.Throws<InvalidOperationException>(() => VipsLibrary.Initialize("/another/libvips.so"));
        Assert.Contains("already loaded", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_that_is_missing_or_another_is_refused_with_advice()
    {
        var missing = Assert.Throws<NativeLibraryException>(() => VipsLibrary.Load("/nowhere/libvips.so.42"));
        Assert.Contains("'/nowhere/libvips.so.42' cannot be loaded. Name the file of a libvips 8.14 or newer", missing.Message, StringComparison.Ordinal);
        Assert.EndsWith("The system says: /nowhere/libvips.so.42: cannot open shared object file: No such file or directory.", missing.Message, StringComparison.Ordinal);
        var other = VipsLibrary.Load("libc.so.6");
        var error = Assert.Throws<NativeLibraryException>(() => VipsLibrary.CheckVersion(other, "libc.so.6"));
        Assert.Contains("'libc.so.6' is not libvips", error.Message, StringComparison.Ordinal);
    }

    /// <summary>A copy of the library stands for one of the user's own; the product and NetVips are loaded beside those of the other tests.</summary>
    [Fact]
    public void A_library_of_the_users_own_is_the_one_that_NetVips_calls()
    {
        using var folder = new TempFolder();
        var own = folder["own.so"];
        File.Copy(File.ReadLines("/proc/self/maps").First(line => line.EndsWith("libvips.so.42", StringComparison.Ordinal)).Split(' ')[^1], own);
        var product = new Beside().LoadFromAssemblyPath(typeof(VipsLibrary).Assembly.Location);
        product.GetType(typeof(VipsLibrary).FullName!)!.GetMethod(nameof(VipsLibrary.Initialize))!.Invoke(null, [own, 3]);

        // The thread count was set through NetVips.
        Assert.Equal((3, 1), (Threads(NativeLibrary.Load(own)), Threads(VipsLibrary.Handle)));

        static int Threads(nint library) =>
            Marshal.GetDelegateForFunctionPointer<Count>(NativeLibrary.GetExport(library, "vips_concurrency_get"))();
    }

    [Theory]
    [InlineData("gifload_buffer")]
    [InlineData("svgload_buffer")]
    [InlineData("pngload")]
    [InlineData("jpegload_buffer")]
    public void Loaders_that_are_not_on_the_list_are_blocked(string loader)
    {
        Assert.NotEqual(0, NetVips.NetVips.TypeFind("VipsOperation", loader));
        object file = loader == "pngload" ? Path.Combine(Checkout.Root, "tests", "fixtures", "alpha.png") : PhotoEncoder.Jpeg(Pictures.Smooth(8, 8));
        var error = Assert.Throws<VipsException>(() => Operation.Call(loader, file));
        Assert.Contains("blocked", error.Message, StringComparison.Ordinal);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Count();

    private sealed class Beside() : AssemblyLoadContext("beside")
    {
        protected override Assembly? Load(AssemblyName name) =>
            name.Name == "NetVips" ? LoadFromAssemblyPath(typeof(Image).Assembly.Location) : null;
    }
}
