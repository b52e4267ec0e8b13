using TorchSharp.Utils;
using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>What optimisers that are written here share: state by parameter, its files, the frame of a step.</summary>
public abstract class OptimizerHelper : torch.optim.Optimizer
{
    protected OptimizerOptions _defaults = null!;

    private readonly Dictionary<Parameter, OptimizerState> states = new(ReferenceEqualityComparer.Instance);

    private protected TState StateOf<TState>(Parameter parameter) where TState : OptimizerState => (TState)states[parameter];

    private protected void Register(ParamGroup group, Func<Parameter, OptimizerState> create)
    {
        // Listed once: the group's own enumeration may walk a model each time.
        group.Parameters = group.Parameters.ToList();
        group.Options.InitialLearningRate = group.Options.LearningRate!.Value;
        foreach (Parameter parameter in group.Parameters)
        {
            OptimizerState state = create(parameter);
            if (!states.TryAdd(parameter, state))
                throw new ArgumentException("a parameter is in two groups of one optimizer, or twice in one.");
            state.Initialize(group.Options);
        }

        _parameter_groups.Add(group);
    }

    public virtual StateDictionary state_dict()
    {
        var all = new StateDictionary();
        foreach (ParamGroup group in _parameter_groups)
        {
            all.Options.Add(group.Options);
            var places = new List<int>();
            all.StateIndexRef.Add(places);
            foreach (Parameter parameter in group.Parameters)
            {
                places.Add(all.State.Count);
                all.State.Add(states[parameter]);
            }
        }

        return all;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        StateDictionary own = this.state_dict();
        RequireSame(own, state_dict.Options.Count, state_dict.State.Count);
        foreach ((OptimizerOptions target, OptimizerOptions source) in own.Options.Zip(state_dict.Options))
        {
            if (!ReferenceEquals(target, source))
                target.LoadStateDict(source);
        }

        foreach ((OptimizerState target, OptimizerState source) in own.State.Zip(state_dict.State))
        {
            if (!ReferenceEquals(target, source))
                target.LoadStateDict(source);
        }
    }

    public void save_state_dict(string location)
    {
        using FileStream stream = File.Create(location);
        using var writer = new BinaryWriter(stream);
        save_state_dict(writer);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        StateDictionary own = state_dict();
        writer.Write(GetType().Name);
        writer.Encode(own.Options.Count);
        writer.Encode(own.State.Count);
        own.Options.ForEach(o => o.SaveStateDict(writer));
        own.State.ForEach(s => s.SaveStateDict(writer));
    }

    public void load_state_dict(string location)
    {
        using FileStream stream = File.OpenRead(location);
        using var reader = new BinaryReader(stream);
        load_state_dict(reader);
    }

    public void load_state_dict(BinaryReader reader)
    {
        string kind = reader.ReadString();
        if (kind != GetType().Name)
            throw new InvalidDataException($"Mismatched optimizer type: expected '{GetType().Name}', but found '{kind}' in the loaded stream.");
        long options = reader.Decode(), state = reader.Decode();
        StateDictionary own = state_dict();
        RequireSame(own, options, state);
        own.Options.ForEach(o => o.LoadStateDict(reader));
        own.State.ForEach(s => s.LoadStateDict(reader));
    }

    private static void RequireSame(StateDictionary own, long options, long states)
    {
        if (options != own.Options.Count)
            throw new ArgumentException($"Invalid optimizer state -- {options} parameter groups instead of {own.Options.Count}.");
        if (states != own.State.Count)
            throw new ArgumentException($"Invalid optimizer state -- {states} states instead of {own.State.Count}.");
    }

    /// <summary>Moves the state to where the parameters are.</summary>
    public void to(Device device)
    {
        foreach (OptimizerState state in states.Values)
            state.to(device);
    }

    protected Tensor? _step<T>(Action<T> body, Func<Tensor>? loss_closure = null) where T : ParamGroup
    {
        Tensor? loss = null;
        if (loss_closure is not null)
        {
            using IDisposable recorded = enable_grad();
            loss = loss_closure();
        }

        using IDisposable unrecorded = no_grad();
        using DisposeScope scope = NewDisposeScope();
        foreach (ParamGroup group in _parameter_groups)
            body((T)group);
        return loss;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (IDisposable state in states.Values.OfType<IDisposable>())
                state.Dispose();
            states.Clear();
        }

        base.Dispose(disposing);
    }
}
