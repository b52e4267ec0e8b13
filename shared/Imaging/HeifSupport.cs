using NetVips;

namespace RoadSeg.Imaging;

/// <summary>Finds out which HEIF codecs the library really has, which libvips does not report: by decoding two tiny grey
/// pictures, made for this with libheif.</summary>
internal static class HeifSupport
{
    // 16 x 16, all 128.
    internal const string AvifSample =
        "AAAAHGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZgAAAOhtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAAB"
        + "AAAAImlsb2MAAAAAREAAAQABAAAAAAEMAAEAAAAAAAAAEgAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGF2MDEAAAAAaGlwcnAAAABJaXBjbwAA"
        + "ABNjb2xybmNseAACAAIABoAAAAAMYXYxQ4EAHAAAAAAUaXNwZQAAAAAAAAAQAAAAEAAAAA5waXhpAAAAAAEIAAAAF2lwbWEAAAAAAAAAAQABBIGCA4QA"
        + "AAAabWRhdBIACgUYDP/YVDIHHkD/8QAVMA==";

    // 64 x 64, all 128.
    internal const string HeicSample =
        "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAATptZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAAB"
        + "AAAAImlsb2MAAAAAREAAAQABAAAAAAFeAAEAAAAAAAAADQAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAumlwcnAAAACcaXBjbwAA"
        + "AHJodmNDAQQIAAAAAAAAAAAAHvAA/Pz4+AAADwMgAAEAF0ABDAH//wQIAAADAJ/4AAADAAAeugJAIQABACZCAQEECAAAAwCf+AAAAwAAHsCCBBZbqSSm"
        + "ubAgAAADACAAAAMAISIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAEAAAABAAAAADnBpeGkAAAAAAQgAAAAWaXBtYQAAAAAAAAABAAEDgQKDAAAAFW1k"
        + "YXQAAAAJKAGuCDDyixb4";

    public static IEnumerable<ImageFormat> Decodable()
    {
        if (Decodes(AvifSample))
            yield return ImageFormat.Avif;
        if (Decodes(HeicSample))
            yield return ImageFormat.Heic;
    }

    private static bool Decodes(string sample)
    {
        try
        {
            using var photo = Photo.Open(Convert.FromBase64String(sample), ImageFormat.Heic);
            photo.ReadStored(static _ => { });
            return true;
        }
        catch (VipsException)
        {
            return false;
        }
    }
}
