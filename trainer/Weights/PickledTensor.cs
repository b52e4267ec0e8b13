namespace RoadSeg.Trainer.Weights;

/// <summary>A tensor as a view of a storage, in elements.</summary>
internal sealed record PickledTensor(PickledStorage Storage, long Offset, long[] Shape, long[] Strides);
