using System.Reflection;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        /// <summary>
        /// The base of models: a tree of modules with named parameters and buffers. A derived class keeps its parts in fields and calls
        /// <see cref="RegisterComponents"/> at the end of its constructor; the field names become the parameter names.
        /// </summary>
        public partial class Module : IDisposable
        {
            protected readonly OrderedDict<string, Module> _internal_submodules = new();
            protected readonly OrderedDict<string, (Tensor, bool)> _internal_buffers = new();
            protected readonly OrderedDict<string, Parameter> _internal_params = new();
            protected string? name;

            private bool isTraining = true;
            private bool registered;
            private bool disposed;

            protected Module(string name) => this.name = name;

            public virtual bool training => isTraining;

            public virtual string GetName() => string.IsNullOrEmpty(name) ? GetType().Name : name;

            public virtual void train(bool train = true)
            {
                isTraining = train;
                foreach (Module child in children())
                    child.train(train);
            }

            public virtual void eval() => train(false);

            public virtual Module apply(Action<Module> fn)
            {
                foreach (Module child in children())
                    child.apply(fn);
                fn(this);
                return this;
            }

            public virtual void zero_grad(bool set_to_none = true)
            {
                foreach (Parameter parameter in parameters())
                {
                    using Tensor? gradient = parameter.grad;
                    if (gradient is null)
                        continue;
                    if (set_to_none)
                        parameter.grad = null;
                    else
                        gradient.zero_();
                }
            }

            public virtual void register_module(string name, Module submodule)
            {
                if (submodule is null)
                {
                    _internal_submodules.Remove(name);
                    return;
                }

                if (string.IsNullOrEmpty(name) || name.Contains('.'))
                    throw new ArgumentException($"'{name}' cannot name a module: it is empty or has a dot.", nameof(name));
                if (_internal_submodules.ContainsKey(name))
                    throw new InvalidOperationException($"Sub-module {name} is already registered.");
                submodule.RegisterComponents();
                _internal_submodules.Add(name, submodule);
            }

            public void add_module(string name, Module module) => register_module(name, module);

            public virtual void register_parameter(string name, Parameter param)
            {
                ArgumentNullException.ThrowIfNull(param);
                if (!_internal_params.TryAdd(name, param))
                    throw new InvalidOperationException($"Parameter {name} is already registered.");
            }

            public virtual void register_buffer(string name, Tensor tensor, bool persistent = true)
            {
                ArgumentNullException.ThrowIfNull(tensor);
                if (!_internal_buffers.TryAdd(name, (tensor, persistent)))
                    throw new InvalidOperationException($"Tensor {name} is already registered.");
            }

            protected void ConditionallyRegisterParameter(string name, Tensor? value) =>
                ConditionallyRegisterParameter(name, value as Parameter);

            protected void ConditionallyRegisterParameter(string name, Parameter? value)
            {
                if (value is null)
                    _internal_params.Remove(name);
                else
                    _internal_params[name] = value;
            }

            protected void ConditionallyRegisterBuffer(string name, Tensor? value, bool persistent = true)
            {
                if (value is null)
                    _internal_buffers.Remove(name);
                else
                    _internal_buffers[name] = (value, persistent);
            }

            protected void ClearModules() => _internal_submodules.Clear();

            /// <summary>Registers every field that is a module, a parameter or a tensor (a buffer) under its own name.</summary>
            protected virtual void RegisterComponents()
            {
                if (registered)
                    return;
                foreach (FieldInfo field in Fields(GetType()))
                {
                    string component = field.GetCustomAttribute<ComponentNameAttribute>()?.Name ?? field.Name;
                    if (_internal_submodules.ContainsKey(component) || _internal_params.ContainsKey(component)
                        || _internal_buffers.ContainsKey(component))
                    {
                        continue;
                    }

                    switch (field.GetValue(this))
                    {
                        case Module module:
                            register_module(component, module);
                            break;
                        case Parameter parameter:
                            register_parameter(component, parameter);
                            break;
                        case Tensor tensor:
                            register_buffer(component, tensor);
                            break;
                    }
                }

                registered = true;
            }

            private static IEnumerable<FieldInfo> Fields(Type type)
            {
                const BindingFlags own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly;
                var seen = new HashSet<string>();
                for (Type? level = type; level is not null && level != typeof(Module); level = level.BaseType)
                {
                    foreach (FieldInfo field in level.GetFields(own))
                    {
                        if (seen.Add(field.Name))
                            yield return field;
                    }
                }
            }

            public void Dispose()
            {
                Dispose(true);
                GC.SuppressFinalize(this);
            }

            /// <summary>Disposes the parameters, the buffers and the modules below.</summary>
            protected virtual void Dispose(bool disposing)
            {
                if (disposed || !disposing)
                    return;
                disposed = true;
                foreach ((string _, (Tensor buffer, bool _)) in _internal_buffers)
                    Free(buffer);
                foreach ((string _, Parameter parameter) in _internal_params)
                    Free(parameter);
                foreach (Module child in children())
                    child.Dispose();
            }

            private static void Free(Tensor tensor)
            {
                if (!tensor.IsInvalid)
                    tensor.DetachFromDisposeScope().Dispose();
            }
        }
    }
}
