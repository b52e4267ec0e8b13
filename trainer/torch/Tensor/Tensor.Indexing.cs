using System.Runtime.CompilerServices;
using RoadSeg.Torch.Interop;

namespace TorchSharp;

public static partial class torch
{
    public partial class Tensor
    {
        [IndexerName("TensorItems")]
        public Tensor this[params TensorIndex[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[params Tensor[] indices]
        {
            get => index(indices);
            set => index_put_(value, indices);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1]
        {
            get => select(0, i1);
            set => index_put_(value, i1);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2]
        {
            get => index(i1, i2);
            set => index_put_(value, i1, i2);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3]
        {
            get => index(i1, i2, i3);
            set => index_put_(value, i1, i2, i3);
        }

        [IndexerName("TensorItems")]
        public Tensor this[long i1, long i2, long i3, long i4]
        {
            get => index(i1, i2, i3, i4);
            set => index_put_(value, i1, i2, i3, i4);
        }

        /// <summary>Indexes as Python does: integers drop a dimension, slices and None are views, tensors and masks copy.</summary>
        public Tensor index(params TensorIndex[] indices)
        {
            (Tensor view, Tensor?[]? advanced) = View(indices);
            if (advanced is null)
                return ReferenceEquals(view, this) ? alias() : view;
            Tensor result = Aten.index_Tensor.Call(view, Arg.Optionals(advanced));
            Drop(view, advanced, indices);
            return result;
        }

        public Tensor index(params Tensor[] indices) => Aten.index_Tensor.Call(this, Arg.Optionals(indices));

        public Tensor index_put_(Tensor value, params TensorIndex[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, TensorIndex[] indices, bool accumulate = false)
        {
            (Tensor view, Tensor?[]? advanced) = View(indices);
            if (advanced is not null)
                Aten.index_put_.Run(view, Arg.Optionals(advanced), value, accumulate);
            else if (accumulate)
                Aten.add_Tensor_.Run(view, value);
            else
                Aten.copy_.Run(view, value);
            Drop(view, advanced, indices);
            return this;
        }

        public Tensor index_put_(Tensor value, params Tensor[] indices) => index_put_(value, indices, accumulate: false);

        public Tensor index_put_(Tensor value, Tensor[] indices, bool accumulate = false) =>
            InPlace(Aten.index_put_, this, Arg.Optionals(indices), value, accumulate);

        public Tensor index_put_(Scalar value, params TensorIndex[] indices)
        {
            using Tensor number = torch.full([], value, dtype, device);
            return index_put_(number, indices, accumulate: false);
        }

        /// <summary>Applies the basic indices as views; what is left are tensors, one place for each dimension, or null.</summary>
        private (Tensor view, Tensor?[]? advanced) View(TensorIndex[] indices)
        {
            int rank = (int)Dimensions, consumed = indices.Sum(static i => i.Consumed);
            if (consumed > rank)
                throw new ArgumentException($"too many indices ({consumed}) for a tensor of {rank} dimensions");
            Tensor view = this;
            List<Tensor?>? advanced = null;
            int dim = 0, masked = 0;
            foreach (TensorIndex index in indices)
            {
                Tensor before = view;
                switch (index.Kind)
                {
                    case TensorIndexKind.Ellipsis:
                        dim += rank - consumed;
                        break;
                    case TensorIndexKind.None:
                        view = view.unsqueeze(dim++);
                        break;
                    case TensorIndexKind.Integer:
                        view = view.select(dim, index.Start!.Value);
                        break;
                    case TensorIndexKind.Bool:
                        // A truth value is a mask over a new dimension of length one.
                        view = view.unsqueeze(dim);
                        Place(ref advanced, dim++ - masked, torch.tensor(new[] { index.Start == 1 }, device: device));
                        break;
                    case TensorIndexKind.Tensor:
                        // A mask of k dimensions takes one place and stands for k dimensions.
                        Place(ref advanced, dim - masked, index.Source!);
                        masked += index.Consumed - 1;
                        dim += index.Consumed;
                        break;
                    default:
                        if (index.IsWhole)
                            dim++;
                        else
                            view = Aten.slice_Tensor.Call(view, dim++, index.Start, index.Stop, index.Step ?? 1);
                        break;
                }

                if (!ReferenceEquals(before, view) && !ReferenceEquals(before, this))
                    before.Dispose();
            }

            return (view, advanced?.ToArray());
        }

        private static void Place(ref List<Tensor?>? advanced, int position, Tensor index)
        {
            advanced ??= [];
            while (advanced.Count < position)
                advanced.Add(null);
            advanced.Add(index);
        }

        private void Drop(Tensor view, Tensor?[]? advanced, TensorIndex[] indices)
        {
            if (!ReferenceEquals(view, this))
                view.Dispose();
            foreach (Tensor? made in advanced ?? [])
            {
                if (made is not null && !indices.Any(i => ReferenceEquals(i.Source, made)))
                    made.Dispose();
            }
        }

        public Tensor select(long dim, long index) => Aten.select_int.Call(this, dim, index);

        public Tensor slice(long dim, long start, long finish, long step) => Aten.slice_Tensor.Call(this, dim, start, finish, step);

        public Tensor narrow(long dim, long start, long length) => Aten.narrow.Call(this, dim, start, length);

        public Tensor index_select(long dim, Tensor index) => Aten.index_select.Call(this, dim, index);

        public Tensor index_add(long dim, Tensor index, Tensor source, Scalar alpha) =>
            Aten.index_add.Call(this, dim, index, source, alpha);

        public Tensor index_add_(long dim, Tensor index, Tensor source, Scalar alpha) =>
            InPlace(Aten.index_add_, this, dim, index, source, alpha);

        public Tensor index_copy_(long dim, Tensor index, Tensor source) => InPlace(Aten.index_copy_, this, dim, index, source);

        public Tensor index_fill_(long dim, Tensor index, Scalar value) => InPlace(Aten.index_fill_, this, dim, index, value);

        public Tensor gather(long dim, Tensor index) => Aten.gather.Call(this, dim, index);

        public Tensor scatter(long dim, Tensor index, Tensor src) => Aten.scatter_src.Call(this, dim, index, src);

        public Tensor scatter_(long dim, Tensor index, Tensor src) => InPlace(Aten.scatter_src_, this, dim, index, src);

        public Tensor scatter_add(long dim, Tensor index, Tensor src) => Aten.scatter_add.Call(this, dim, index, src);

        public Tensor scatter_add_(long dim, Tensor index, Tensor src) => InPlace(Aten.scatter_add_, this, dim, index, src);

        public Tensor masked_select(Tensor mask) => Aten.masked_select.Call(this, mask);

        public Tensor masked_fill(Tensor mask, Scalar value) => Aten.masked_fill_Scalar.Call(this, mask, value);

        public Tensor masked_fill_(Tensor mask, Scalar value) => InPlace(Aten.masked_fill_Scalar_, this, mask, value);

        public Tensor take(Tensor index) => Aten.take.Call(this, index);

        public Tensor nonzero() => Aten.nonzero.Call(this);

        /// <summary>Elements of this where <paramref name="condition"/> holds, of <paramref name="y"/> elsewhere.</summary>
        public Tensor where(Tensor condition, Tensor y) => Aten.where_self.Call(condition, this, y);
    }
}
