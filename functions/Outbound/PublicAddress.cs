using System.Net;
using System.Net.Sockets;

namespace RoadSeg.Functions.Outbound;

/// <summary>Which addresses belong to the public internet and to no private network. What is not known to be public is not.</summary>
/// <remarks>Ranges: IANA IPv4 and IPv6 Special-Purpose Address Registries; 168.63.129.16 is the platform's own service inside every Azure
/// network.</remarks>
internal static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "168.63.129.16/32",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.31.196.0/24",
            "192.52.193.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "192.175.48.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "2620:4f:8000::/48",
            "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    public static bool Is(IPAddress address) =>
        (address.AddressFamily == AddressFamily.InterNetwork || IsGlobalUnicast(address))
        && !NotPublic.Any(network => network.Contains(address));

    // 2000::/3. Everything else of IPv6 is loopback, link-local, unique-local, multicast, mapped, translated or not assigned.
    private static bool IsGlobalUnicast(IPAddress address) => address.GetAddressBytes() is [var first, ..] && (first & 0xE0) == 0x20;
}
