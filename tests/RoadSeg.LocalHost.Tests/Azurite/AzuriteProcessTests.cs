using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Azure.Storage.Blobs;

namespace RoadSeg.LocalHost.Tests;

public sealed class AzuriteProcessTests
{
    [Fact]
    public async Task Its_crash_is_reported_with_the_exit_code()
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Modules() });
        Assert.False(azurite.Completion.IsCompleted);
        Process.GetProcessById(azurite.ProcessId).Kill();
        var reason = await azurite.Completion.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("Azurite ended with code 137", reason);
        Assert.Contains("Blob service is successfully listening", reason);
    }

    [Fact]
    public async Task A_start_that_fails_fails_at_once_with_its_log()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var error = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Modules(), BlobPort = port }));
        Assert.Contains("EADDRINUSE", error.Message);
    }

    [Fact]
    public async Task Missing_parts_are_named()
    {
        var missing = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = "/nowhere" }));
        Assert.Contains("npm ci", missing.Message);
        var node = await Assert.ThrowsAsync<AzuriteException>(() => AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Modules(), Node = "no-such-node" }));
        Assert.Contains("Install Node.js", node.Message);
    }

    [Fact]
    public async Task Data_in_a_folder_is_there_again_after_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("azurite-").FullName;
        var options = new AzuriteOptions { NodeModules = Modules(), DataFolder = folder };
        await using (var first = await AzuriteProcess.StartAsync(options))
        {
            var container = new BlobContainerClient(first.ConnectionString, "kept");
            await container.CreateAsync();
            await container.GetBlobClient("a").UploadAsync(new BinaryData("still here"));
        }
        await using (var second = await AzuriteProcess.StartAsync(options))
        {
            Assert.Equal("still here", (await new BlobClient(second.ConnectionString, "kept", "a").DownloadContentAsync()).Value.Content.ToString());
        }
        Directory.Delete(folder, recursive: true);
    }

    // "The state folder of the local stack is readable for every user of the machine": photos lie in it.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Data_in_a_folder_is_its_owners_alone_also_where_the_folder_was_open_before(bool before)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has access lists instead.");
            return;
        }
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        var state = Directory.CreateTempSubdirectory("azurite-").FullName;
        var folder = Path.Combine(state, "state", "storage");
        if (before) Directory.CreateDirectory(folder, owner | UnixFileMode.GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await using (await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Modules(), DataFolder = folder }))
        {
            Assert.Equal(owner, File.GetUnixFileMode(folder));
        }
        Directory.Delete(state, recursive: true);
    }

    [Fact]
    public async Task Each_account_has_data_of_its_own()
    {
        await using var azurite = await AzuriteProcess.StartAsync(new AzuriteOptions { NodeModules = Modules(), Accounts = ["one", "two"] });
        foreach (var account in (string[])[AzuriteProcess.AccountName, "one", "two"])
        {
            var container = new BlobContainerClient(azurite.ConnectionStringOf(account), "same");
            await container.CreateAsync();
            await container.GetBlobClient("name").UploadAsync(new BinaryData(account));
        }

        foreach (var account in (string[])[AzuriteProcess.AccountName, "one", "two"])
            Assert.Equal(account, (await new BlobClient(azurite.ConnectionStringOf(account), "same", "name").DownloadContentAsync()).Value.Content.ToString());
    }

    private static string Modules()
    {
        var modules = AzuriteFixture.NodeModules();
        if (modules is null) Assert.Skip("Azurite is not installed: run npm ci in infra/packages.");
        return modules;
    }
}
