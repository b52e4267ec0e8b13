using System.Buffers.Binary;
using System.Text;

namespace RoadSeg.Trainer.Weights;

/// <summary>Python's pickle, as far as torch.save needs it. It builds dictionaries, lists, tuples, numbers, strings and tensors, and
/// refuses every name but the few below: nothing in a file is ever called.</summary>
internal sealed class RestrictedPickle(Stream input)
{
    private const int MaxText = 1 << 20;
    private const int MaxItems = 1 << 20;

    private static readonly object Mark = new();
    private static readonly object None = new();
    private static readonly Dictionary<string, string> StorageTypes = new()
    {
        ["FloatStorage"] = "F32",
        ["DoubleStorage"] = "F64",
        ["HalfStorage"] = "F16",
        ["BFloat16Storage"] = "BF16",
        ["LongStorage"] = "I64",
        ["IntStorage"] = "I32",
        ["ByteStorage"] = "U8",
    };

    private readonly List<object> _stack = [];
    private readonly Dictionary<long, object> _memo = [];

    private enum Callable
    {
        Dictionary,
        Tensor,
        Parameter,
    }

    /// <summary>Reads one pickle, up to its STOP. "No value" (None) comes as null.</summary>
    /// <exception cref="TrainerException">Another opcode or name than torch.save writes, or a malformed stream.</exception>
    public object? Read()
    {
        while (true)
        {
            var opcode = Byte();
            if (opcode == '.')
            {
                var result = Pop();
                return ReferenceEquals(result, None) ? null : result;
            }

            Step(opcode);
            Check.That(_stack.Count < MaxItems && _memo.Count < MaxItems, "the pickle is larger than any list of weights.");
        }
    }

    private void Step(int opcode)
    {
        switch (opcode)
        {
            case 0x80: // PROTO
                Check.That(Byte() is >= 2 and <= 5, "the pickle's protocol is not 2 to 5.");
                break;
            case 0x95: // FRAME
                Bytes(8);
                break;
            case 'c': // GLOBAL
                Push(Named(Line(), Line()));
                break;
            case 0x93: // STACK_GLOBAL
                var name = Text(Pop());
                Push(Named(Text(Pop()), name));
                break;
            case 'q': // BINPUT
                _memo[Byte()] = Peek();
                break;
            case 'r': // LONG_BINPUT
                _memo[UInt32()] = Peek();
                break;
            case 0x94: // MEMOIZE
                _memo[_memo.Count] = Peek();
                break;
            case 'h': // BINGET
                Push(Recall(Byte()));
                break;
            case 'j': // LONG_BINGET
                Push(Recall(UInt32()));
                break;
            case '(':
                Push(Mark);
                break;
            case '}':
                Push(new Dictionary<string, object>());
                break;
            case ']':
                Push(new List<object>());
                break;
            case ')':
                Push(Array.Empty<object>());
                break;
            case 't':
                Push(ToMark().ToArray());
                break;
            case 0x85 or 0x86 or 0x87: // TUPLE1-3
                Push(PopMany(opcode - 0x84));
                break;
            case 's': // SETITEM
                SetItems(PopMany(2));
                break;
            case 'u': // SETITEMS
                SetItems(ToMark());
                break;
            case 'a': // APPEND
                Append(PopMany(1));
                break;
            case 'e': // APPENDS
                Append(ToMark());
                break;
            case 'R': // REDUCE
                Reduce();
                break;
            case 'b': // BUILD: attributes of an ordered dictionary (_metadata); of no use here
                Pop();
                break;
            case 'Q': // BINPERSID
                Push(Storage(Pop()));
                break;
            case 'X': // BINUNICODE
                Push(Utf8(UInt32()));
                break;
            case 0x8c: // SHORT_BINUNICODE
                Push(Utf8(Byte()));
                break;
            default:
                Number(opcode);
                break;
        }
    }

    private void Number(int opcode)
    {
        object value = opcode switch
        {
            'N' => None,
            0x88 => true,
            0x89 => false,
            'J' => (long)BinaryPrimitives.ReadInt32LittleEndian(Bytes(4)),
            'K' => (long)Byte(),
            'M' => (long)BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2)),
            'G' => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)),
            0x8a => Long(Bytes(Byte())),
            _ => throw new TrainerException(
                $"the pickle holds opcode 0x{opcode:x2}, which no file of weights needs. Save the model's state_dict and try again."
            ),
        };
        Push(value);
    }

    // Longer than 64 bits is only torch's magic number; its low half identifies it well enough.
    private static long Long(byte[] bytes)
    {
        Array.Resize(ref bytes, Math.Max(8, bytes.Length));
        return BinaryPrimitives.ReadInt64LittleEndian(bytes);
    }

    private static object Named(string module, string name) =>
        (module, name) switch
        {
            ("collections", "OrderedDict") => Callable.Dictionary,
            ("torch._utils", "_rebuild_tensor_v2") => Callable.Tensor,
            ("torch._utils", "_rebuild_parameter") => Callable.Parameter,
            ("torch", _) when StorageTypes.TryGetValue(name, out var type) => type,
            _ => throw new TrainerException(
                $"the pickle asks for {module}.{name}, which is refused: only tensors in dictionaries are read. Save the model's "
                    + "state_dict and try again."
            ),
        };

    private void Reduce()
    {
        var arguments = Pop() as object[] ?? throw Malformed();
        Push(
            (Pop() as Callable?, arguments) switch
            {
                (Callable.Dictionary, []) => new Dictionary<string, object>(),
                (Callable.Tensor, [PickledStorage storage, long offset, object[] shape, object[] strides, ..]) => new PickledTensor(
                    storage,
                    offset,
                    Longs(shape),
                    Longs(strides)
                ),
                (Callable.Parameter, [PickledTensor tensor, ..]) => tensor,
                _ => throw Malformed(),
            }
        );
    }

    private static PickledStorage Storage(object id) =>
        id is object[] and ["storage", string type, string key, string, long elements, ..] && elements >= 0
            ? new PickledStorage(type, key, elements)
            : throw Malformed();

    private void SetItems(IReadOnlyList<object> items)
    {
        Check.That(items.Count % 2 == 0, "the pickle is malformed.");
        var target = Peek() as Dictionary<string, object> ?? throw Malformed();
        for (var i = 0; i < items.Count; i += 2)
            target[items[i] as string ?? items[i].ToString()!] = items[i + 1];
    }

    private void Append(IReadOnlyList<object> items) => (Peek() as List<object> ?? throw Malformed()).AddRange(items);

    private static long[] Longs(object[] items) => [.. items.Select(i => i is long value and >= 0 ? value : throw Malformed())];

    private static string Text(object item) => item as string ?? throw Malformed();

    private void Push(object item) => _stack.Add(item);

    private object Peek() => _stack.Count > 0 ? _stack[^1] : throw Malformed();

    private object Pop()
    {
        var item = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return item;
    }

    private object[] PopMany(int count)
    {
        Check.That(_stack.Count >= count, "the pickle is malformed.");
        var items = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private List<object> ToMark()
    {
        var at = _stack.LastIndexOf(Mark);
        Check.That(at >= 0, "the pickle is malformed.");
        var items = _stack.GetRange(at + 1, _stack.Count - at - 1);
        _stack.RemoveRange(at, _stack.Count - at);
        return items;
    }

    private object Recall(long key) => _memo.TryGetValue(key, out var item) ? item : throw Malformed();

    private static TrainerException Malformed() => new("the pickle is malformed.");

    private int Byte() => input.ReadByte() is >= 0 and var b ? b : throw new EndOfStreamException("it is cut short.");

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    private string Utf8(uint length)
    {
        Check.That(length <= MaxText, "the pickle holds a text longer than any name.");
        return Encoding.UTF8.GetString(Bytes((int)length));
    }

    private string Utf8(int length) => Utf8((uint)length);

    private byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        input.ReadExactly(bytes);
        return bytes;
    }

    private string Line()
    {
        var line = new StringBuilder();
        for (int b; (b = Byte()) != '\n'; )
        {
            line.Append((char)b);
            Check.That(line.Length < 256, "the pickle is malformed.");
        }

        return line.ToString();
    }
}
