using System.CommandLine;
using Azure;
using Azure.Storage.Blobs;
using RoadSeg.Cli.Service;
using RoadSeg.Errors;
using RoadSeg.Inference;
using RoadSeg.Models;
using RoadSeg.Registry;
using RoadSeg.Startup;
using RoadSeg.Storage;
using Spectre.Console;

namespace RoadSeg.Cli.Models;

/// <summary><c>roadseg models push</c>: publishes a package from a folder.</summary>
internal static class ModelsPushCommand
{
    private const string Variable = "ROADSEG_STORAGE";

    public static Command Create()
    {
        var folder = new Argument<DirectoryInfo>("folder") { Description = "Folder of the package." };
        folder.AcceptExistingOnly();
        var connection = new Option<string?>("--connection")
        {
            Description = $"Connection string of the storage. Default: the environment variable {Variable}.",
        };
        var command = new Command(
            "push",
            "Verifies a package as the service does and puts it into the model registry, as a candidate. Doing it again changes nothing."
        )
        {
            folder,
            connection,
            ServiceOptions.Json,
        };
        command.SetAction(
            (parsed, cancel) =>
                RunAsync(
                    parsed.GetRequiredValue(folder).FullName,
                    parsed.GetValue(connection) ?? Environment.GetEnvironmentVariable(Variable),
                    parsed.GetValue(ServiceOptions.Json),
                    cancel
                )
        );
        return command;
    }

    private static async Task<int> RunAsync(string folder, string? connection, bool json, CancellationToken cancel)
    {
        if (string.IsNullOrEmpty(connection))
            throw new CommandFailedException(
                $"No storage was named. Give --connection or {Variable}; for a stack of this machine ('roadseg up') that is what it prints."
            );
        NativeLibraries.Load(NativeLibraries.OwnVips);
        try
        {
            var package = ModelPackage.Load(folder);
            foreach (var precision in package.Manifest.Graphs.Keys)
            {
                using var engine = SegmentationEngine.Load(package, new EngineOptions { Precision = precision });
                engine.CheckExport();
                engine.SelfTest();
            }

            var blobs = new BlobServiceClient(connection);
            await blobs.GetBlobContainerClient(Containers.Models).CreateIfNotExistsAsync(cancellationToken: cancel);
            var version = await new ModelRegistry(blobs, TimeProvider.System).PublishAsync(package, "push", null, null, cancel);
            if (json)
                Screen.Json(version, RegistryJson.Default.ModelVersion);
            else
            {
                var promote = $"./roadseg models promote {version.Name} {version.Version}";
                AnsiConsole.MarkupLineInterpolated($"{version.Name} {version.Version} is in the registry. '{promote}' makes it live.");
            }

            return 0;
        }
        catch (RoadSegException e)
        {
            throw new CommandFailedException($"{e.Code}: {e.Message}", e);
        }
        catch (RequestFailedException e)
        {
            throw new CommandFailedException(
                $"Storage refused: {e.ErrorCode ?? e.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)}.",
                e
            );
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            // The message must not repeat the string: it holds a key.
            throw new CommandFailedException("The connection string cannot be read. Copy it again from the storage account.");
        }
    }
}
