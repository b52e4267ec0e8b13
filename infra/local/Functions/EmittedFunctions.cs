using System.Reflection;
using System.Reflection.Emit;
using Microsoft.Azure.WebJobs;
using Binder = Microsoft.Azure.WebJobs.Binder;
using ExecutionContext = Microsoft.Azure.WebJobs.ExecutionContext;

namespace RoadSeg.LocalHost.Functions;

/// <summary>The WebJobs SDK indexes methods: each queue or timer function becomes one, with its trigger as an attribute.</summary>
internal static class EmittedFunctions
{
    private static readonly MethodInfo Invoke = typeof(FunctionMethods).GetMethod(nameof(FunctionMethods.InvokeAsync))!;

    /// <summary>A class over <see cref="FunctionMethods"/> with one public method for each function, named as the function is.</summary>
    public static Type Emit(IEnumerable<FunctionDefinition> functions)
    {
        var assembly = AssemblyBuilder.DefineDynamicAssembly(new AssemblyName("Functions"), AssemblyBuilderAccess.RunAndCollect);
        var type = assembly.DefineDynamicModule("Functions").DefineType("Functions", TypeAttributes.Public, typeof(FunctionMethods));
        foreach (var function in functions)
            EmitMethod(type, function);

        var constructor = type.DefineConstructor(
            MethodAttributes.Public,
            CallingConventions.Standard,
            [typeof(Func<string, Trigger, Task>)]
        );
        var code = constructor.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldarg_1);
        code.Emit(OpCodes.Call, typeof(FunctionMethods).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic).Single());
        code.Emit(OpCodes.Ret);
        return type.CreateType();
    }

    // public Task NAME([Trigger] T value, Binder binder, ExecutionContext context, CancellationToken cancellation)
    //     => InvokeAsync("NAME", value, binder, context, cancellation);
    private static void EmitMethod(TypeBuilder type, FunctionDefinition function)
    {
        Type[] parameters = [ValueType(function), typeof(Binder), typeof(ExecutionContext), typeof(CancellationToken)];
        var method = type.DefineMethod(function.Name, MethodAttributes.Public, typeof(Task), parameters);
        string[] names = [FunctionMethods.ValueName, "binder", "context", "cancellation"];
        for (var i = 0; i < names.Length; i++)
        {
            var parameter = method.DefineParameter(i + 1, ParameterAttributes.None, names[i]);
            if (i == 0)
                parameter.SetCustomAttribute(TriggerAttribute(function));
        }
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldstr, function.Name);
        for (var i = 1; i <= names.Length; i++)
            code.Emit(OpCodes.Ldarg, (short)i);
        code.Emit(OpCodes.Call, Invoke);
        code.Emit(OpCodes.Ret);
    }

    private static Type ValueType(FunctionDefinition function) =>
        !function.IsQueue ? typeof(TimerInfo)
        : function.IsDeferred ? typeof(ParameterBindingData)
        : function.Text("dataType")?.ToLowerInvariant() is "binary" ? typeof(byte[])
        : typeof(string);

    private static CustomAttributeBuilder TriggerAttribute(FunctionDefinition function)
    {
        if (function.IsQueue)
        {
            var queue = function.Text("queueName") ?? throw new FormatException("Its queueTrigger has no queueName.");
            return Attribute(typeof(QueueTriggerAttribute), queue, ("Connection", function.Text("connection")));
        }
        var schedule = function.Text("schedule") ?? throw new FormatException("Its timerTrigger has no schedule.");
        bool On(string property, bool absent) => function.Text(property) is { } text ? bool.Parse(text) : absent;
        return Attribute(
            typeof(TimerTriggerAttribute),
            schedule,
            ("RunOnStartup", On("runOnStartup", false)),
            ("UseMonitor", On("useMonitor", true))
        );
    }

    private static CustomAttributeBuilder Attribute(Type type, string argument, params (string Name, object? Value)[] properties) =>
        new(
            type.GetConstructor([typeof(string)])!,
            [argument],
            properties.Select(property => type.GetProperty(property.Name)!).ToArray(),
            properties.Select(property => property.Value).ToArray()
        );
}
