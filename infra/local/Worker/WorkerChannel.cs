using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Threading.Channels;
using Grpc.Core;
using RoadSeg.LocalHost.Rpc;
using RpcException = Grpc.Core.RpcException;

namespace RoadSeg.LocalHost.Worker;

/// <summary>The conversation with one worker process: requests with their answers, invocations, log lines.</summary>
internal sealed class WorkerChannel(ILoggerFactory loggers)
{
    private static readonly TimeSpan ConnectStep = TimeSpan.FromMilliseconds(25);

    private readonly Channel<StreamingMessage> _outgoing = Channel.CreateUnbounded<StreamingMessage>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _functions = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<WorkerException> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the reason when the conversation is over.</summary>
    public Task<WorkerException> Ended => _ended.Task;

    /// <summary>Where the worker takes HTTP requests; null if it does not.</summary>
    public Uri? HttpAddress { get; private set; }

    /// <summary>Waits for the worker to call back, and greets it.</summary>
    /// <exception cref="WorkerException">The worker refused, or ended.</exception>
    public async Task StartAsync(string appFolder, string hostVersion)
    {
        await _connected.Task;
        var request = new WorkerInitRequest
        {
            HostVersion = hostVersion,
            WorkerDirectory = appFolder,
            FunctionAppDirectory = appFolder,
        };
        var answer = (await AskAsync(new StreamingMessage { WorkerInitRequest = request })).WorkerInitResponse;
        Require(answer.Result, "The worker could not start");
        if (!answer.Capabilities.TryGetValue("HttpUri", out var address) || address.Length == 0)
            return;
        HttpAddress = new Uri(address);
        await ListensAsync(HttpAddress);
    }

    /// <exception cref="WorkerException">The worker could not list its functions, or ended.</exception>
    public async Task<IReadOnlyList<RpcFunctionMetadata>> IndexAsync(string appFolder)
    {
        var request = new FunctionsMetadataRequest { FunctionAppDirectory = appFolder };
        var answer = (await AskAsync(new StreamingMessage { FunctionsMetadataRequest = request })).FunctionMetadataResponse;
        Require(answer.Result, "The worker could not list its functions");
        return answer.FunctionMetadataResults;
    }

    /// <summary>Null, or why the worker cannot run the function.</summary>
    public async Task<string?> LoadAsync(RpcFunctionMetadata function)
    {
        var request = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function };
        var result = (await AskAsync(new StreamingMessage { FunctionLoadRequest = request })).FunctionLoadResponse.Result;
        return result.Status == StatusResult.Types.Status.Success ? null : Reason(result);
    }

    /// <summary>Runs one invocation. Canceling asks the worker to cancel it, and still waits for its answer.</summary>
    /// <exception cref="FunctionFailedException">The function failed.</exception>
    /// <exception cref="WorkerException">The worker ended.</exception>
    public async Task InvokeAsync(InvocationRequest request, string function, CancellationToken cancellation)
    {
        _functions[request.InvocationId] = function;
        try
        {
            var answer = AskAsync(new StreamingMessage { RequestId = request.InvocationId, InvocationRequest = request });
            await using var cancel = cancellation.Register(() =>
                Send(new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = request.InvocationId } })
            );
            var result = (await answer).InvocationResponse.Result;
            if (result.Status != StatusResult.Types.Status.Success)
                throw new FunctionFailedException(Reason(result));
        }
        finally
        {
            _functions.TryRemove(request.InvocationId, out _);
        }
    }

    /// <summary>Asks the worker to end.</summary>
    public void Terminate() => Send(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends every wait: the worker is gone.</summary>
    public void Fail(WorkerException reason)
    {
        _ended.TrySetResult(reason);
        _connected.TrySetException(reason);
        foreach (var answer in _answers.Values)
            answer.TrySetException(reason);
        _outgoing.Writer.TryComplete();
    }

    /// <summary>Carries messages both ways until the worker hangs up or <see cref="Fail"/>.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> incoming,
        IServerStreamWriter<StreamingMessage> outgoing,
        CancellationToken cancellation
    )
    {
        _connected.TrySetResult();
        var sending = SendAllAsync(outgoing, cancellation);
        try
        {
            while (!sending.IsCompleted && await incoming.MoveNext(cancellation))
                Receive(incoming.Current);
            Fail(new WorkerException("The worker hung up."));
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or RpcException)
        {
            Fail(new WorkerException("The connection to the worker broke.", error));
        }
        await sending;
    }

    // The worker says its address before it listens there.
    private async Task ListensAsync(Uri address)
    {
        while (!_ended.Task.IsCompleted)
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(address.Host, address.Port);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(ConnectStep);
            }
        }
        throw await _ended.Task;
    }

    private async Task SendAllAsync(IServerStreamWriter<StreamingMessage> outgoing, CancellationToken cancellation)
    {
        try
        {
            await foreach (var message in _outgoing.Reader.ReadAllAsync(cancellation))
                await outgoing.WriteAsync(message, cancellation);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidOperationException or RpcException)
        {
            // The reading side says why.
        }
    }

    private async Task<StreamingMessage> AskAsync(StreamingMessage question)
    {
        if (question.RequestId.Length == 0)
            question.RequestId = Guid.NewGuid().ToString();
        var answer = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers[question.RequestId] = answer;
        try
        {
            Send(question);
            // After the send, so that whoever fails the channel in between finds this answer, or is found here.
            if (_ended.Task.IsCompleted)
                throw await _ended.Task;
            return await answer.Task;
        }
        finally
        {
            _answers.TryRemove(question.RequestId, out _);
        }
    }

    private void Send(StreamingMessage message) => _outgoing.Writer.TryWrite(message);

    private void Receive(StreamingMessage message)
    {
        if (message.ContentCase == StreamingMessage.ContentOneofCase.RpcLog)
            Log(message.RpcLog);
        else if (_answers.TryGetValue(message.InvocationResponse?.InvocationId ?? message.RequestId, out var answer))
            answer.TrySetResult(message);
    }

    private void Log(RpcLog line)
    {
        var isUser = line.LogCategory == RpcLog.Types.RpcLogCategory.User;
        var category = isUser && _functions.TryGetValue(line.InvocationId, out var function) ? $"Function.{function}.User" : line.Category;
        var text = line.Exception is { } error ? $"{line.Message}\n{error.Message}\n{error.StackTrace}" : line.Message;
        loggers.CreateLogger(category.Length > 0 ? category : "Worker").Log((LogLevel)line.Level, "{Line}", text);
    }

    private static void Require(StatusResult result, string sentence)
    {
        if (result.Status != StatusResult.Types.Status.Success)
            throw new WorkerException($"{sentence}: {Reason(result)}");
    }

    private static string Reason(StatusResult result) =>
        result.Exception is { } error ? $"{error.Message}\n{error.StackTrace}".TrimEnd()
        : result.Result.Length > 0 ? result.Result
        : $"{result.Status}";
}
