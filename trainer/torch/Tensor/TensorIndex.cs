namespace TorchSharp;

public static partial class torch
{
    internal enum TensorIndexKind
    {
        Slice,
        None,
        Ellipsis,
        Integer,
        Bool,
        Tensor,
    }

    /// <summary>One index of several, as between the brackets of Python: a number, a slice, None, ..., or a tensor.</summary>
    public struct TensorIndex
    {
        internal TensorIndexKind Kind { get; private init; }

        internal long? Start { get; private init; }

        internal long? Stop { get; private init; }

        internal long? Step { get; private init; }

        internal Tensor? Source { get; private init; }

        /// <summary>All that the other indices do not say.</summary>
        public static TensorIndex Ellipsis = new() { Kind = TensorIndexKind.Ellipsis };

        /// <summary>A new dimension of length one.</summary>
        public static TensorIndex None = new() { Kind = TensorIndexKind.None };

        public static TensorIndex Null = new() { Kind = TensorIndexKind.None };

        /// <summary>A whole dimension.</summary>
        public static TensorIndex Colon = new() { Kind = TensorIndexKind.Slice };

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new() { Kind = TensorIndexKind.Slice, Start = start, Stop = stop, Step = step };

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(Position(range.Start), Position(range.End));

        public static TensorIndex Bool(bool value) => new() { Kind = TensorIndexKind.Bool, Start = value ? 1 : 0 };

        public static TensorIndex Single(long? index) =>
            index is null ? None : new TensorIndex { Kind = TensorIndexKind.Integer, Start = index };

        public static TensorIndex Tensor(Tensor tensor) => new() { Kind = TensorIndexKind.Tensor, Source = tensor };

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex((int? start, int? end) range) => Slice(range);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(Position(index));

        // Because an index converts to a Tensor and not the reverse, t[1, 2] means the TensorIndex indexer.
        public static implicit operator Tensor(TensorIndex value) => value.Kind switch
        {
            TensorIndexKind.Tensor => value.Source!,
            TensorIndexKind.Integer => torch.tensor(value.Start!.Value),
            TensorIndexKind.Bool => torch.tensor(value.Start == 1),
            _ => throw new InvalidCastException($"an index of kind {value.Kind} is not a tensor."),
        };

        // Python has no way to say "up to the end" but to leave it out; ^0 is that.
        private static long? Position(Index index) =>
            index.IsFromEnd ? (index.Value == 0 ? null : -index.Value) : index.Value;

        internal readonly bool IsWhole => Kind == TensorIndexKind.Slice && Start is null && Stop is null && Step is null;

        /// <summary>Dimensions of the indexed tensor that this index is for: a mask takes as many as it has.</summary>
        internal readonly int Consumed => Kind switch
        {
            TensorIndexKind.Slice or TensorIndexKind.Integer => 1,
            TensorIndexKind.Tensor => Source!.dtype is ScalarType.Bool or ScalarType.Byte ? (int)Source.Dimensions : 1,
            _ => 0,
        };
    }
}
