using System.Diagnostics;
using RoadSeg.Errors;
using RoadSeg.Imaging;
using RoadSeg.Models;

namespace RoadSeg.Inference;

/// <summary>Runs a segmentation model: pixels in, class and confidence of every pixel out. Any number of threads may call it at
/// once. Disposing waits for nobody: calls that are running finish, later ones throw, and the native session goes with the last of
/// them.</summary>
public sealed class SegmentationEngine : IDisposable
{
    private readonly GraphSession graph;
    private readonly TensorSlotPool slots;
    private readonly PixelPacker packer;
    private readonly ModelPackage? package;
    private readonly Lock gate = new();
    private int calls;
    private bool disposed;

    private SegmentationEngine(GraphSession graph, ModelPackage? package, EngineOptions options)
    {
        this.graph = graph;
        this.package = package;
        Options = options;
        slots = new TensorSlotPool(graph);
        packer = new PixelPacker(graph.Model.Input);
    }

    /// <summary>The options it was loaded with.</summary>
    public EngineOptions Options { get; }

    /// <summary>What the model is: labels, preprocessing, contracts.</summary>
    public ModelDescription Model => graph.Model;

    /// <summary>Where the graph runs. It is what was asked for: there is no falling back.</summary>
    public ExecutionProvider Provider => Options.Provider;

    /// <summary>Loads a package's graph, checks it against the manifest and runs it once. Weights outside the graph are taken from the
    /// package's own listed files and from nowhere else.</summary>
    /// <param name="package">A verified package; the hash of what is used is checked again on the very bytes.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: no graph of the precision asked for, a graph that does not load,
    /// differs from its manifest, or gives logits that are not finite; <c>internal</c>: CUDA was asked for and cannot be used.</exception>
    public static SegmentationEngine Load(ModelPackage package, EngineOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(package);
        options ??= new EngineOptions();
        if (!package.Manifest.Graphs.TryGetValue(options.Precision, out var file))
        {
            var present = string.Join(", ", package.Manifest.Graphs.Keys);
            throw Invalid($"Model '{package.Manifest.Name}' has no {options.Precision} graph; it has {present}.");
        }

        return Load(package.Manifest, package.ReadFile(file), package.ReadIfListed, package, options);
    }

    /// <summary>Loads a graph that is in no package yet, checked as <see cref="Load(ModelPackage, EngineOptions)"/> does.</summary>
    /// <param name="model">What the graph is said to be.</param>
    /// <param name="graph">ONNX model.</param>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <param name="files">Files beside the graph, by name, in which its weights may lie; null: none.</param>
    /// <exception cref="RoadSegException">As for <see cref="Load(ModelPackage, EngineOptions)"/>.</exception>
    public static SegmentationEngine Load(
        ModelDescription model,
        byte[] graph,
        EngineOptions? options = null,
        IReadOnlyDictionary<string, byte[]>? files = null
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(graph);
        ManifestRules.CheckDescription(model);
        return Load(model, graph, name => files?.GetValueOrDefault(name), null, options ?? new EngineOptions());
    }

    /// <summary>Segments one image.</summary>
    /// <param name="image">Model input, at a size the graph takes (<see cref="PreprocessSpec.InputSize"/> of <see cref="Model"/>).</param>
    /// <param name="outputWidth">Width of the result in pixels: the photo's own.</param>
    /// <param name="outputHeight">Height of the result in pixels: the photo's own.</param>
    /// <param name="ran">Called once the model has run and only the scaling up of its output is left, which then takes half of the cores;
    /// null for all of them.</param>
    /// <param name="asked">Classes whose probability is asked for beside the most probable ones'; null for none.</param>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    /// <exception cref="ArgumentException">An image of a size that a fixed-size graph does not take, or an output size below 1.</exception>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: the output is not finite, of an unexpected shape, or holds unknown
    /// class ids; <c>internal</c>: the run failed.</exception>
    public SegmentationResult Segment(RgbImage image, int outputWidth, int outputHeight, Action? ran = null, AskedClasses? asked = null)
    {
        SegmentationInput[] input = [new(image, outputWidth, outputHeight)];
        CheckInputs(input);
        BeginCall();
        try
        {
            return Run(input, ran, asked)[0];
        }
        finally
        {
            EndCall();
        }
    }

    /// <summary>Begins to segment a photo in detail.</summary>
    /// <param name="picture">The photo at the size that the plan states.</param>
    /// <param name="plan">More than one run, made for this model.</param>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    /// <exception cref="ArgumentException">A picture of another size than the plan's, a plan of one run or for another model.</exception>
    public TiledSegmentation Tile(RgbImage picture, TilePlan plan)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(plan);
        var stride = Model.Output.Stride;
        var fits =
            plan.PerSide is > 1 and <= 8
            && (picture.Width, picture.Height) == (plan.Width, plan.Height)
            && (plan.Width % stride, plan.Height % stride, plan.TileWidth % stride, plan.TileHeight % stride) == (0, 0, 0, 0)
            && Model.Output.Kind != OutputKind.ClassIds;
        if (!fits)
            throw new ArgumentException($"{picture.Width}x{picture.Height} pixels are not of the plan {plan}.", nameof(plan));
        RequireSize(plan.TileWidth, plan.TileHeight, nameof(plan));
        return new TiledSegmentation(this, picture, plan);
    }

    /// <summary>Segments a decoded photo at its own size, prepared as serving prepares it.</summary>
    /// <param name="photo">A photo of any size.</param>
    /// <param name="asked">As for <see cref="Segment"/>.</param>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    /// <exception cref="RoadSegException">As for <see cref="Segment"/>.</exception>
    public SegmentationResult SegmentPhoto(RgbImage photo, AskedClasses? asked = null)
    {
        ArgumentNullException.ThrowIfNull(photo);
        return Segment(ImageDecoder.ResizeForModel(photo, Model.Preprocess), photo.Width, photo.Height, null, asked);
    }

    /// <summary>Segments images of one input size, in one run when the graph's batch is free and one after the other otherwise.</summary>
    /// <param name="inputs">At least one image; all of the same width and height. Output sizes may differ.</param>
    /// <returns>Results in the order of the inputs.</returns>
    /// <exception cref="ArgumentException">No input, or inputs of several sizes, or of a size that a fixed-size graph does not
    /// take.</exception>
    /// <exception cref="ObjectDisposedException">The engine was disposed.</exception>
    /// <exception cref="RoadSegException">As for <see cref="Segment"/>.</exception>
    public IReadOnlyList<SegmentationResult> SegmentBatch(IReadOnlyList<SegmentationInput> inputs)
    {
        CheckInputs(inputs);
        BeginCall();
        try
        {
            if (Model.Input.Batch is null)
                return Run(inputs);
            return [.. inputs.SelectMany(input => Run([input]))];
        }
        finally
        {
            EndCall();
        }
    }

    /// <summary>Segments the package's golden input and compares with its golden mask.
    /// <see cref="VipsLibrary.Initialize"/> comes first.</summary>
    /// <returns>The outcome, or null when the package has no self-test.</returns>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: fewer pixels agree than the package demands; the message says how
    /// many.</exception>
    public SelfTestReport? SelfTest() => package?.Manifest.SelfTest is { } test ? SelfTestRun.Run(this, test, package.ReadFile) : null;

    /// <summary>What a model must pass beyond loading before it is packed or published: its output means what the manifest says, and the
    /// graph takes every size that preprocessing gives.</summary>
    /// <remarks>Serving does not ask again: versions that were published before this was asked go on.</remarks>
    /// <exception cref="RoadSegException"><c>model-invalid</c>: logits that are probabilities, probabilities that are none, one class that
    /// always wins, a size at which the graph does not run.</exception>
    public void CheckExport() => ExportCheck.Run(this, graph.LastOperation);

    /// <summary>One run's scores; the caller has begun a call.</summary>
    internal void Scores(RgbImage image, ScoresSink sink)
    {
        var slot = Fill([new SegmentationInput(image, image.Width, image.Height)]);
        try
        {
            slot.Run();
            OutputReader.ReadScores(slot, 0, Model, (scores, height, width) =>
            {
                sink(scores, height, width);
                return true;
            });
        }
        finally
        {
            slots.Return(slot);
        }
    }

    /// <summary>Threads for scaling up: half of them where others have the model meanwhile, which they are told here.</summary>
    internal int ThreadsBeside(Action? ran)
    {
        ran?.Invoke();
        var threads = Options.UpsampleThreads;
        return ran is null ? threads : Math.Max(1, (threads == 0 ? Environment.ProcessorCount : threads) / 2);
    }

    /// <summary>The scores of one image as the graph gives them.</summary>
    internal ScoreRange Measure(RgbImage image)
    {
        BeginCall();
        try
        {
            var slot = Fill([new SegmentationInput(image, image.Width, image.Height)]);
            try
            {
                slot.Run();
                return OutputReader.Measure(slot, Model);
            }
            finally
            {
                slots.Return(slot);
            }
        }
        finally
        {
            EndCall();
        }
    }

    /// <summary>The quickest of five runs in milliseconds: what a package made on this machine states as
    /// <see cref="SelfTestSpec.CpuMilliseconds"/>.</summary>
    /// <param name="image">As for <see cref="Segment"/>.</param>
    /// <exception cref="RoadSegException">As for <see cref="Segment"/>.</exception>
    public double QuickestRun(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Math.Round(Enumerable.Range(0, 5).Min(_ => Segment(image, image.Width, image.Height).Timings.Run.TotalMilliseconds), 3);
    }

    /// <summary>Gives the native session back, at once or when the last running call ends.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (disposed)
                return;
            disposed = true;
            if (calls > 0)
                return;
        }

        Release();
    }

    private static SegmentationEngine Load(
        ModelDescription model,
        byte[] graph,
        Func<string, byte[]?> read,
        ModelPackage? package,
        EngineOptions options
    )
    {
        var engine = new SegmentationEngine(GraphSession.Load(model, graph, read, options), package, options);
        try
        {
            engine.Probe();
            return engine;
        }
        catch
        {
            engine.Dispose();
            throw;
        }
    }

    /// <summary>Runs mid-grey at the preprocess size: broken weights and shapes that the graph leaves open show here, not in a
    /// job.</summary>
    private void Probe()
    {
        var (width, height) = (Model.Preprocess.Width, Model.Preprocess.Height);
        if (Model.Preprocess.Mode == ResizeMode.KeepAspect)
            (width, height) = Model.Preprocess.InputSize(width, height);
        var grey = new byte[3 * width * height];
        grey.AsSpan().Fill(128);
        try
        {
            Segment(new RgbImage(width, height, grey), width, height);
        }
        catch (RoadSegException e) when (e.Code == ErrorCodes.Internal && Provider == ExecutionProvider.Cpu)
        {
            throw Invalid($"The graph of model '{Model.Name}' does not run at its own preprocess size {width}x{height}. {e.Message}", e);
        }
    }

    private List<SegmentationResult> Run(IReadOnlyList<SegmentationInput> inputs, Action? ran = null, AskedClasses? asked = null)
    {
        var started = Stopwatch.GetTimestamp();
        var slot = Fill(inputs);
        try
        {
            slot.Run();
            var run = Stopwatch.GetElapsedTime(started);
            var threads = ThreadsBeside(ran);
            var results = new List<SegmentationResult>(inputs.Count);
            for (var i = 0; i < inputs.Count; i++)
            {
                started = Stopwatch.GetTimestamp();
                var map = OutputReader.Read(slot, i, Model, inputs[i].OutputWidth, inputs[i].OutputHeight, threads, asked);
                var timings = new SegmentationTimings(run, Stopwatch.GetElapsedTime(started));
                results.Add(SegmentationResult.Of(map, Model.Labels, timings));
            }

            return results;
        }
        finally
        {
            slots.Return(slot);
        }
    }

    private TensorSlot Fill(IReadOnlyList<SegmentationInput> inputs)
    {
        var slot = slots.Take(inputs.Count, inputs[0].Image.Width, inputs[0].Image.Height);
        try
        {
            var stride = checked((int)packer.BytesPerImage(slot.Width, slot.Height));
            for (var i = 0; i < inputs.Count; i++)
                packer.Pack(inputs[i].Image, slot.Input.Slice(i * stride, stride));
            return slot;
        }
        catch
        {
            slots.Return(slot);
            throw;
        }
    }

    private void CheckInputs(IReadOnlyList<SegmentationInput> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        if (inputs.Count == 0)
            throw new ArgumentException("A batch holds at least one image.", nameof(inputs));
        foreach (var input in inputs)
        {
            ArgumentNullException.ThrowIfNull(input.Image, nameof(inputs));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input.OutputWidth, nameof(inputs));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(input.OutputHeight, nameof(inputs));
            if (input.Image.Width != inputs[0].Image.Width || input.Image.Height != inputs[0].Image.Height)
                throw new ArgumentException("The images of a batch have one size.", nameof(inputs));
        }

        RequireSize(inputs[0].Image.Width, inputs[0].Image.Height, nameof(inputs));
    }

    private void RequireSize(int width, int height, string parameter)
    {
        var contract = Model.Input;
        if (contract.Width is not null && (width != contract.Width || height != contract.Height))
        {
            throw new ArgumentException(
                $"Model '{Model.Name}' takes {contract.Width}x{contract.Height} only, not {width}x{height}.",
                parameter
            );
        }
    }

    internal void BeginCall()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            calls++;
        }
    }

    internal void EndCall()
    {
        lock (gate)
        {
            if (--calls > 0 || !disposed)
                return;
        }

        Release();
    }

    private void Release()
    {
        slots.Dispose();
        graph.Dispose();
    }

    private static RoadSegException Invalid(string message, Exception? inner = null) => new(ErrorCodes.ModelInvalid, message, inner);
}
