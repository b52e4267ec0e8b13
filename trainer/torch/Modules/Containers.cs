using System.Collections;
using System.Globalization;
using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace TorchSharp.Modules
{
    /// <summary>Modules one after the other. What passes between them is disposed as soon as the next has used it.</summary>
    public class Sequential : torch.nn.Module<Tensor, Tensor>
    {
        private readonly List<torch.nn.Module<Tensor, Tensor>> steps = [];

        protected Sequential(params (string name, torch.nn.Module<Tensor, Tensor> submodule)[] modules) : base(nameof(Sequential))
        {
            foreach ((string name, torch.nn.Module<Tensor, Tensor> module) in modules)
                append(name, module);
        }

        protected Sequential(params torch.nn.Module<Tensor, Tensor>[] modules) : base(nameof(Sequential))
        {
            foreach (torch.nn.Module<Tensor, Tensor> module in modules)
                append(module);
        }

        internal Sequential(IEnumerable<(string, torch.nn.Module<Tensor, Tensor>)> modules) : this(modules.ToArray())
        {
        }

        public int Count => steps.Count;

        [IndexerName("SequentialItems")]
        public torch.nn.IModule<Tensor, Tensor> this[int index] => steps[index];

        public Sequential append(string name, torch.nn.IModule<Tensor, Tensor> module)
        {
            var step = (torch.nn.Module<Tensor, Tensor>)module;
            register_module(name, step);
            steps.Add(step);
            return this;
        }

        public Sequential append(torch.nn.IModule<Tensor, Tensor> module) =>
            append(steps.Count.ToString(CultureInfo.InvariantCulture), module);

        public override Tensor forward(Tensor tensor)
        {
            if (steps.Count == 0)
                return tensor.alias();
            Tensor current = tensor;
            foreach (torch.nn.Module<Tensor, Tensor> step in steps)
            {
                Tensor next = step.call(current);
                // A module may give back the very object it got; and the input belongs to the caller.
                if (!ReferenceEquals(current, tensor) && !ReferenceEquals(current, next))
                    current.Dispose();
                current = next;
            }

            return current;
        }

        protected override void RegisterComponents()
        {
        }
    }

    /// <summary>Modules in a list, registered as 0, 1, 2 ...</summary>
    public class ModuleList<T> : torch.nn.Module, IList<T> where T : torch.nn.Module
    {
        private readonly List<T> items = [];

        public ModuleList(params T[] modules) : base("ModuleList") => append(modules);

        public int Count => items.Count;

        public bool IsReadOnly => false;

        public T this[int index]
        {
            get => items[index];
            set
            {
                items[index] = value;
                Renumber();
            }
        }

        public void Add(T item)
        {
            items.Add(item);
            register_module(Name(items.Count - 1), item);
        }

        public void append(params T[] parameters) => extend(parameters);

        public void extend(IEnumerable<T> modules)
        {
            foreach (T module in modules)
                Add(module);
        }

        public void Insert(int index, T item)
        {
            items.Insert(index, item);
            Renumber();
        }

        public bool Remove(T item)
        {
            bool removed = items.Remove(item);
            Renumber();
            return removed;
        }

        public void RemoveAt(int index)
        {
            items.RemoveAt(index);
            Renumber();
        }

        public void Clear()
        {
            items.Clear();
            Renumber();
        }

        public bool Contains(T item) => items.Contains(item);

        public int IndexOf(T item) => items.IndexOf(item);

        public void CopyTo(T[] array, int arrayIndex) => items.CopyTo(array, arrayIndex);

        public IEnumerator<T> GetEnumerator() => items.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

        protected override void RegisterComponents()
        {
        }

        private void Renumber()
        {
            ClearModules();
            for (int i = 0; i < items.Count; i++)
                register_module(Name(i), items[i]);
        }

        private static string Name(int index) => index.ToString(CultureInfo.InvariantCulture);
    }
}

namespace TorchSharp
{
    public static partial class torch
    {
        public static partial class nn
        {
            public static Modules.Sequential Sequential() => new(Array.Empty<(string, Module<Tensor, Tensor>)>().AsEnumerable());

            public static Modules.Sequential Sequential(params (string name, Module<Tensor, Tensor> submodule)[] modules) =>
                new(modules.AsEnumerable());

            public static Modules.Sequential Sequential(params Module<Tensor, Tensor>[] modules) => Sequential(modules.AsEnumerable());

            public static Modules.Sequential Sequential(IEnumerable<(string name, Module<Tensor, Tensor> submodule)> modules) => new(modules);

            public static Modules.Sequential Sequential(IEnumerable<Module<Tensor, Tensor>> modules) =>
                new(modules.Select(static (module, i) => (i.ToString(CultureInfo.InvariantCulture), module)));

            public static Modules.ModuleList<Module> ModuleList(params Module[] modules) => new(modules);

            public static Modules.ModuleList<T> ModuleList<T>(params T[] modules) where T : Module => new(modules);
        }
    }
}
