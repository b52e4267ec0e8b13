using System.Net.NetworkInformation;
using System.Security.Cryptography;

namespace RoadSeg.Tests;

public static class Loopback
{
    // Not from the range that the system gives to outgoing connections and to listeners on port 0: one of those, of a test that runs
    // beside this one, would take the port before its process has started.
    private const int First = 11_000;
    private const int Limit = 20_000;

    /// <summary>A port of 127.0.0.1 that nobody listens on.</summary>
    public static int FreePort() => FreePorts(1);

    /// <summary>The first of several such ports in a row.</summary>
    public static int FreePorts(int inRow)
    {
        while (true)
        {
            var first = RandomNumberGenerator.GetInt32(First, Limit - inRow);
            var used = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(end => end.Port).ToHashSet();
            if (!Enumerable.Range(first, inRow).Any(used.Contains))
                return first;
        }
    }
}
