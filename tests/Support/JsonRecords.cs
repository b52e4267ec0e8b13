using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace RoadSeg.Tests;

/// <summary>Reads every record that an assembly's source-generated JSON knows, filled, with each member missing in turn, and with each null. Generated readers
/// skip the defaults of init-only members and take null for what cannot be: a NullReferenceException far from here.</summary>
public static class JsonRecords
{
    // The first that a type with a form of its own takes.
    private static readonly string[] Forms =
        ["{}", "\"a\"", "1", "true", "\"#010203\"", "\"2026-01-31T12:00:00Z\"", "\"00000000000000000000000000\"", "\"01234567890123456789012345\"", "[[0,0],[1,0],[1,1],[0,0]]", "[]"];

    /// <summary>What is wrong, a line each; empty where every record is sound.</summary>
    /// <param name="assembly">Its types derived from <see cref="JsonSerializerContext"/> are looked at.</param>
    public static List<string> Faults(Assembly assembly)
    {
        var faults = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var context in assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(JsonSerializerContext))))
        {
            var read = (JsonSerializerContext)context.GetProperty("Default", BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)!.GetValue(null)!;
            foreach (var type in context.GetCustomAttributesData().Where(data => data.AttributeType == typeof(JsonSerializableAttribute)).Select(data => (Type)data.ConstructorArguments[0].Value!))
            {
                if (read.GetTypeInfo(type) is { Kind: JsonTypeInfoKind.Object } form && !typeof(JsonNode).IsAssignableFrom(type))
                    faults.UnionWith(Faults(type, form));
            }
        }

        return [.. faults];
    }

    private static IEnumerable<string> Faults(Type type, JsonTypeInfo form)
    {
        var whole = JsonSerializer.Serialize(Filled(type, form.Options), form);
        foreach (var path in Members(JsonNode.Parse(whole)!, []))
        {
            foreach (var isNull in (bool[])[false, true])
            {
                var json = JsonNode.Parse(whole)!;
                var holder = (JsonObject)path[..^1].Aggregate(json, (node, key) => key is int index ? node[index]! : node[(string)key]!);
                var name = (string)path[^1];
                if (isNull)
                    holder[name] = null;
                else
                    holder.Remove(name);
                if (Read(json.ToJsonString(), form, name) is { } fault)
                    yield return $"{type.Name}: {string.Join('.', path)} {(isNull ? "null" : "missing")}: {fault}";
            }
        }

        if (Read("{}", form, null) is { } empty)
            yield return $"{type.Name}: {{}}: {empty}";
    }

    private static string? Read(string json, JsonTypeInfo form, string? name)
    {
        try
        {
            return JsonSerializer.Deserialize(json, form) is not { } read ? "is null" : Unsound(read, "") ?? (name is null ? null : WithoutDefault(read, name));
        }
        catch (JsonException e)
        {
            return name is null || e.Message.Contains($"'{name}'", StringComparison.OrdinalIgnoreCase) || e.Path?.Contains(name, StringComparison.Ordinal) == true ? null : $"is refused without its name: {e.Message}";
        }
        catch (ArgumentException e) when (e.ParamName is not null && e.StackTrace!.Contains("LabelCatalogue..ctor", StringComparison.Ordinal))
        {
            // Its rules are the constructor's, and both that read one catch what it throws.
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }
    }

    // A member of the record itself that was missing and has another value than in a record that is made here.
    private static string? WithoutDefault(object read, string member)
    {
        var type = read.GetType();
        if (type.GetConstructor(Type.EmptyTypes) is null || type.GetProperty(member, BindingFlags.Public | BindingFlags.Instance | BindingFlags.IgnoreCase) is not { PropertyType.IsValueType: true } property)
            return null;
        var (standard, found) = (property.GetValue(Activator.CreateInstance(type)), property.GetValue(read));
        return Equals(standard, found) || !Equals(found, Activator.CreateInstance(property.PropertyType)) ? null : $"is {found} and not {standard}";
    }

    // A property that cannot be null and is.
    private static string? Unsound(object record, string path)
    {
        if (record is string || record.GetType().IsPrimitive || record.GetType().IsEnum || record is JsonElement || (record is not IEnumerable && record.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) == true))
            return null;
        if (record is IEnumerable items)
            return items.Cast<object?>().Select(item => item is null ? $"{path} holds null" : Unsound(item, path + "[]")).FirstOrDefault(fault => fault is not null);
        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            object? value;
            try
            {
                value = property.GetValue(record);
            }
            catch (TargetInvocationException e)
            {
                return $"{path}.{property.Name} throws {e.InnerException!.GetType().Name}";
            }

            if (value is null)
            {
                if (!property.PropertyType.IsValueType && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull)
                    return $"{path}.{property.Name} is null";
                continue;
            }

            if (Unsound(value, $"{path}.{property.Name}") is { } fault)
                return fault;
        }

        return null;
    }

    private static IEnumerable<object[]> Members(JsonNode node, object[] path)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                yield return [.. path, name];
                if (value is not null)
                {
                    foreach (var below in Members(value, [.. path, name]))
                        yield return below;
                }
            }
        }
        else if (node is JsonArray { Count: > 0 } list && list[0] is { } first)
        {
            foreach (var below in Members(first, [.. path, 0]))
                yield return below;
        }
    }

    private static object? Filled(Type type, JsonSerializerOptions options)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(string))
            return "a";
        if (type.IsEnum)
            return Enum.GetValues(type).GetValue(0);
        if (type.IsArray)
            return Array(type.GetElementType()!, options);
        if (type.IsGenericType && type.GetGenericArguments() is [var item] && typeof(IEnumerable).IsAssignableFrom(type))
            return Array(item, options);
        if (type.IsGenericType && type.GetGenericArguments() is [var key, var entry] && typeof(IEnumerable).IsAssignableFrom(type))
        {
            var entries = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, entry))!;
            entries.Add(Filled(key, options)!, Filled(entry, options));
            return entries;
        }

        return options.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object ? Made(type, options) : Formed(type, options);
    }

    private static Array Array(Type item, JsonSerializerOptions options)
    {
        var one = System.Array.CreateInstance(item, 1);
        one.SetValue(Filled(item, options), 0);
        return one;
    }

    private static object Made(Type type, JsonSerializerOptions options)
    {
        var constructors = type.GetConstructors();
        if (constructors.Length == 0 || (type.IsValueType && constructors.All(candidate => candidate.GetParameters().Length == 0)))
            return Set(Activator.CreateInstance(type)!, options);
        var constructor = constructors.FirstOrDefault(candidate => candidate.GetCustomAttribute<JsonConstructorAttribute>() is not null) ?? constructors.MaxBy(candidate => candidate.GetParameters().Length)!;
        return Set(constructor.Invoke([.. constructor.GetParameters().Select(parameter =>
            parameter.Name == "ignoreId" ? 255 : parameter.ParameterType == typeof(int) ? 0 : Filled(parameter.ParameterType, options))]), options);
    }

    private static object Set(object made, JsonSerializerOptions options)
    {
        foreach (var property in made.GetType().GetProperties().Where(property => property.CanWrite && property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            var value = property.GetValue(made);

            // Not numbers: ids have their order.
            if (value is null or "" || (value.GetType().IsValueType && value is not int && value.Equals(Activator.CreateInstance(value.GetType()))) || value is ICollection { Count: 0 })
                property.SetValue(made, Filled(property.PropertyType, options));
        }

        return made;
    }

    private static object Formed(Type type, JsonSerializerOptions options)
    {
        foreach (var form in Forms)
        {
            try
            {
                if (JsonSerializer.Deserialize(form, options.GetTypeInfo(type)) is { } value)
                    return value;
            }
            catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException or NotSupportedException)
            {
                // Not this one.
            }
        }

        throw new InvalidOperationException($"{type} takes none of the known forms; add one to {nameof(Forms)}.");
    }
}
