using TorchSharp.Modules;

namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        // Walks of the tree. A tensor that two modules share is given once, under the first name.
        public partial class Module
        {
            public virtual IEnumerable<(string name, Module module)> named_children() => _internal_submodules;

            public virtual IEnumerable<Module> children() => named_children().Select(static c => c.module);

            public virtual IEnumerable<(string name, Module module)> named_modules()
            {
                foreach ((string name, Module module) child in named_children())
                    yield return child;
                foreach ((string name, Module module) in named_children())
                {
                    foreach ((string inner, Module below) in module.named_modules())
                        yield return ($"{name}.{inner}", below);
                }
            }

            public virtual IEnumerable<Module> modules() => named_modules().Select(static m => m.module);

            public virtual IEnumerable<(string name, Parameter parameter)> named_parameters(bool recurse = true)
            {
                var seen = new HashSet<nint>();
                foreach ((string name, Parameter parameter) in _internal_params)
                {
                    if (seen.Add(parameter.Handle))
                        yield return (name, parameter);
                }

                if (!recurse)
                    yield break;
                foreach ((string name, Module module) in named_children())
                {
                    foreach ((string inner, Parameter parameter) in module.named_parameters())
                    {
                        if (seen.Add(parameter.Handle))
                            yield return ($"{name}.{inner}", parameter);
                    }
                }
            }

            public virtual IEnumerable<Parameter> parameters(bool recurse = true) =>
                named_parameters(recurse).Select(static p => p.parameter);

            public virtual IEnumerable<(string name, Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true)
            {
                var seen = new HashSet<nint>();
                foreach ((string name, (Tensor buffer, bool persistent)) in _internal_buffers)
                {
                    if ((persistent || include_nonpersistent) && seen.Add(buffer.Handle))
                        yield return (name, buffer);
                }

                if (!recurse)
                    yield break;
                foreach ((string name, Module module) in named_children())
                {
                    foreach ((string inner, Tensor buffer) in module.named_buffers(true, include_nonpersistent))
                    {
                        if (seen.Add(buffer.Handle))
                            yield return ($"{name}.{inner}", buffer);
                    }
                }
            }

            public virtual IEnumerable<Tensor> buffers(bool recurse = true, bool include_nonpersistent = true) =>
                named_buffers(recurse, include_nonpersistent).Select(static b => b.buffer);

            public virtual bool has_parameter(string target) => get_parameter(target) is not null;

            public virtual bool has_buffer(string target) => get_buffer(target) is not null;

            public virtual Parameter? get_parameter(string target) => _internal_params.TryGetValue(target, out Parameter? own)
                ? own
                : Below(target) is (Module child, string rest) ? child.get_parameter(rest) : null;

            public virtual Tensor? get_buffer(string target) => _internal_buffers.TryGetValue(target, out (Tensor, bool) own)
                ? own.Item1
                : Below(target) is (Module child, string rest) ? child.get_buffer(rest) : null;

            private (Module child, string rest)? Below(string target)
            {
                int dot = target.IndexOf('.', StringComparison.Ordinal);
                if (dot < 0)
                    return null;
                string first = target[..dot];
                foreach ((string name, Module module) in named_children())
                {
                    if (name == first)
                        return (module, target[(dot + 1)..]);
                }

                return null;
            }

            /// <summary>Every parameter and persistent buffer by its full name: the tensors themselves, not copies.</summary>
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string start = string.IsNullOrEmpty(prefix) ? "" : prefix + ".";
                foreach ((string name, Parameter parameter) in named_parameters())
                    destination.TryAdd(start + name, parameter);
                foreach ((string name, Tensor buffer) in named_buffers(include_nonpersistent: false))
                    destination.TryAdd(start + name, buffer);
                // A tensor shared by two modules has both names here, so that every name can be loaded.
                foreach ((string name, Module module) in named_children())
                    module.state_dict(destination, start + name);
                return destination;
            }

            /// <summary>Copies tensors of the same names into this module.</summary>
            /// <exception cref="InvalidOperationException">strict, and the names differ: the message says which.</exception>
            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(
                Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                skip ??= [];
                Dictionary<string, Tensor> target = state_dict();
                List<string> unexpected = [.. source.Keys.Where(k => !skip.Contains(k) && !target.ContainsKey(k))];
                List<string> missing = [.. target.Keys.Where(k => !skip.Contains(k) && !source.ContainsKey(k))];
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        $"The loaded state_dict is not identical to the target dictionary: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                }

                using IDisposable unrecorded = no_grad();
                foreach ((string name, Tensor value) in source)
                {
                    if (!skip.Contains(name) && target.TryGetValue(name, out Tensor? own))
                        own.copy_(value);
                }

                return (missing, unexpected);
            }
        }
    }
}
