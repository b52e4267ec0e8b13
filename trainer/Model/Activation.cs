namespace RoadSeg.Trainer.Model;

internal enum Activation
{
    None,
    Relu,
    Relu6,
}
