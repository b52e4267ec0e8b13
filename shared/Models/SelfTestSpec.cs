namespace RoadSeg.Models;

/// <summary>A pair that the engine must reproduce before the package is trusted on a machine.</summary>
/// <param name="Input">PNG of the package, already at a size the graph takes.</param>
/// <param name="Mask">PNG of the package with the expected class ids, of the same or another size.</param>
/// <param name="MinimumAgreement">Smallest share of equal pixels with which each graph of the package passes, above 0 and up to 1.</param>
/// <param name="CpuMilliseconds">The quickest run of the input on the CPU that the package was made on, first graph, all cores; null in
/// packages that say nothing of it. A GPU that takes longer, or a CPU that takes four times as long, is reported where the model is
/// loaded.</param>
public sealed record SelfTestSpec(string Input, string Mask, double MinimumAgreement, double? CpuMilliseconds = null);
