namespace RoadSeg.Trainer.Pictures;

/// <summary>Which point of a text lies at the place given.</summary>
internal enum Align
{
    Left,
    Centre,
    Right,
}
