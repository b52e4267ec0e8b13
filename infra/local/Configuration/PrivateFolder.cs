namespace RoadSeg.LocalHost.Configuration;

/// <summary>Folders of photos and keys, which are their owner's alone: not for the other users of a machine.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a folder of mode 0700; one that is there gets it.</summary>
    public static void Make(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, Owner);
        File.SetUnixFileMode(folder, Owner);
    }
}
