using RoadSeg.Cli.Stack;
using RoadSeg.LocalHost;

namespace RoadSeg.EndToEnd.Tests;

/// <summary>A storage, and a worker on it that nothing befalls: it prepares what the others die of, and takes what they left.</summary>
public sealed class SteadyWorker : IAsyncLifetime
{
    private AzuriteProcess _azurite = null!;

    internal string ConnectionString => _azurite.ConnectionString;

    internal DirectWorker Worker { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        _azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Workspace.NodeModules }, cancel);
        await LocalStack.ProvisionAsync(_azurite.ConnectionString, cancel);
        Worker = await DirectWorker.StartAsync(_azurite.ConnectionString, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        await Worker.DisposeAsync();
        await _azurite.DisposeAsync();
    }
}
