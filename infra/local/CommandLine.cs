using System.Globalization;

namespace RoadSeg.LocalHost;

/// <summary>The command line of the stand-alone host.</summary>
internal sealed record CommandLine
{
    public const string Usage = """
        Runs an Azure Functions app with a custom handler on this machine.

        dotnet RoadSeg.LocalHost.dll --script-root DIR [options]

          --script-root DIR            folder with host.json and <Function>/function.json
          --port N                     loopback port (7071; 0 takes a free one)
          --auth                       check function, host and master keys (off by default)
          --state DIR                  folder of the key file
          --strict                     reproduce faults of the real host too (see the README)
          --env NAME=VALUE             app setting; may be repeated, wins over the environment
          --azurite DIR                start Azurite, data in DIR, and use it as AzureWebJobsStorage; without --script-root only Azurite
          --storage-port N             port of Azurite's blob service; queues and tables take the next two (default: free ones)
          --node-modules DIR           where the azurite package is (default: looked for upwards from here)
          --blob-event CONTAINER=QUEUE send a BlobCreated message to QUEUE for each upload (needs --azurite)
          --plan FILE                  JSON with containers and queues to make and blobEvents to send (needs --azurite)
          --cors ORIGIN,ORIGIN         let pages of these origins PUT blobs (needs --azurite)
        """;

    public string ScriptRoot { get; init; } = "";

    public int Port { get; init; } = 7071;

    public bool Auth { get; init; }

    public bool Strict { get; init; }

    public string? State { get; init; }

    public string? Azurite { get; init; }

    public string? NodeModules { get; init; }

    public int StoragePort { get; init; }

    public string? Plan { get; init; }

    public string? Cors { get; init; }

    public IReadOnlyList<BlobEventSubscription> BlobEvents { get; init; } = [];

    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <exception cref="HostConfigurationException">An option is unknown, incomplete or missing.</exception>
    public static CommandLine Parse(IReadOnlyList<string> arguments)
    {
        var line = new CommandLine();
        var settings = new Dictionary<string, string>();
        var events = new List<BlobEventSubscription>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var option = arguments[i];
            string Value() => ++i < arguments.Count ? arguments[i] : throw new HostConfigurationException($"{option} needs a value.");
            (string Left, string Right) Pair()
            {
                var text = Value();
                var equals = text.IndexOf('=', StringComparison.Ordinal);
                return equals > 0 ? (text[..equals], text[(equals + 1)..]) : throw new HostConfigurationException($"{option} needs LEFT=RIGHT, not '{text}'.");
            }

            switch (option)
            {
                case "--script-root": line = line with { ScriptRoot = Value() }; break;
                case "--port": line = line with { Port = Number(option, Value()) }; break;
                case "--auth": line = line with { Auth = true }; break;
                case "--strict": line = line with { Strict = true }; break;
                case "--state": line = line with { State = Value() }; break;
                case "--azurite": line = line with { Azurite = Value() }; break;
                case "--node-modules": line = line with { NodeModules = Value() }; break;
                case "--storage-port": line = line with { StoragePort = Number(option, Value()) }; break;
                case "--plan": line = line with { Plan = Value() }; break;
                case "--cors": line = line with { Cors = Value() }; break;
                case "--blob-event":
                    var (container, queue) = Pair();
                    events.Add(new BlobEventSubscription(container, queue));
                    break;
                case "--env":
                    var (name, value) = Pair();
                    settings[name] = value;
                    break;
                default: throw new HostConfigurationException($"Unknown option '{option}'.");
            }
        }
        if (line.ScriptRoot.Length == 0 && line.Azurite is null) throw new HostConfigurationException("--script-root is missing.");
        if (line.Azurite is null && (events.Count > 0 || line.Plan is not null || line.Cors is not null || line.StoragePort != 0))
            throw new HostConfigurationException("--blob-event, --plan, --cors and --storage-port need --azurite.");
        return line with { Settings = settings, BlobEvents = events };
    }

    private static int Number(string option, string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw new HostConfigurationException($"{option} needs a number, not '{text}'.");
}
