namespace TorchSharp;

public static partial class torch
{
    public static partial class nn
    {
        public interface IModule<T, TResult>
        {
            TResult call(T input1);
        }

        public interface IModule<T1, T2, TResult>
        {
            TResult call(T1 input1, T2 input2);
        }

        public interface IModule<T1, T2, T3, TResult>
        {
            TResult call(T1 input1, T2 input2, T3 input3);
        }

        /// <summary>A module with functions that run before and after its forward.</summary>
        public class HookableModule<TPreHook, TPostHook> : Module
        {
            private int made;

            internal readonly Utils.OrderedDict<string, TPreHook> preHooks = new();
            internal readonly Utils.OrderedDict<string, TPostHook> postHooks = new();

            protected HookableModule(string name) : base(name)
            {
            }

            public HookRemover register_forward_hook(TPostHook hook)
            {
                string key = $"{made++}";
                postHooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            public HookRemover register_forward_pre_hook(TPreHook hook)
            {
                string key = $"{made++}";
                preHooks.Add(key, hook);
                return new HookRemover(this, key);
            }

            public class HookRemover
            {
                private readonly HookableModule<TPreHook, TPostHook> module;
                private readonly string key;

                public HookRemover(HookableModule<TPreHook, TPostHook> module, string key)
                {
                    this.module = module;
                    this.key = key;
                }

                public void remove()
                {
                    module.preHooks.Remove(key);
                    module.postHooks.Remove(key);
                }
            }
        }

        /// <summary>A module with one input. Code calls <see cref="call"/>, a derived class writes <see cref="forward"/>.</summary>
        public abstract class Module<T, TResult> :
            HookableModule<Func<Module<T, TResult>, T, T>, Func<Module<T, TResult>, T, TResult, TResult>>, IModule<T, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T input);

            public TResult call(T input)
            {
                foreach ((string _, Func<Module<T, TResult>, T, T> hook) in preHooks)
                    input = hook(this, input) ?? input;
                TResult result = forward(input);
                foreach ((string _, Func<Module<T, TResult>, T, TResult, TResult> hook) in postHooks)
                    result = hook(this, input, result) ?? result;
                return result;
            }
        }

        public abstract class Module<T1, T2, TResult> :
            HookableModule<Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?>, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult>>,
            IModule<T1, T2, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2);

            public TResult call(T1 input1, T2 input2)
            {
                foreach ((string _, Func<Module<T1, T2, TResult>, T1, T2, (T1, T2)?> hook) in preHooks)
                    (input1, input2) = hook(this, input1, input2) ?? (input1, input2);
                TResult result = forward(input1, input2);
                foreach ((string _, Func<Module<T1, T2, TResult>, T1, T2, TResult, TResult> hook) in postHooks)
                    result = hook(this, input1, input2, result) ?? result;
                return result;
            }
        }

        public abstract class Module<T1, T2, T3, TResult> :
            HookableModule<
                Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?>,
                Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult>>,
            IModule<T1, T2, T3, TResult>
        {
            protected Module(string name) : base(name)
            {
            }

            public abstract TResult forward(T1 input1, T2 input2, T3 input3);

            public TResult call(T1 input1, T2 input2, T3 input3)
            {
                foreach ((string _, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, (T1, T2, T3)?> hook) in preHooks)
                    (input1, input2, input3) = hook(this, input1, input2, input3) ?? (input1, input2, input3);
                TResult result = forward(input1, input2, input3);
                foreach ((string _, Func<Module<T1, T2, T3, TResult>, T1, T2, T3, TResult, TResult> hook) in postHooks)
                    result = hook(this, input1, input2, input3, result) ?? result;
                return result;
            }
        }
    }
}
