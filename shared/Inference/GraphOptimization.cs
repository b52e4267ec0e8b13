namespace RoadSeg.Inference;

/// <summary>How far ONNX Runtime may rewrite a graph when it loads it.</summary>
public enum GraphOptimization
{
    /// <summary>Not at all: for finding out whether an optimisation is to blame.</summary>
    None,

    /// <summary>Constant folding and removal of redundant nodes.</summary>
    Basic,

    /// <summary>Also fusions of nodes.</summary>
    Extended,

    /// <summary>Also memory layouts of the machine.</summary>
    All,
}
