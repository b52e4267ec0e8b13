using System.Globalization;
using System.Numerics.Tensors;
using RoadSeg.Trainer.Weights;

namespace RoadSeg.Trainer.Training;

/// <summary>Checkpoints of one ancestry as one: each weight is the mean of theirs. A model that was fine-tuned and the model that it began
/// as, averaged, keep most of what the one learned and most of what the other knew (Wortsman et al. 2022).</summary>
internal static class WeightAverage
{
    /// <param name="parts"><c>FILE</c> or <c>SHARE:FILE</c>: checkpoints of either kind and their shares.</param>
    /// <returns>With the metadata of the first.</returns>
    public static SafeTensors Of(IReadOnlyList<string> parts)
    {
        Check.That(parts.Count > 1, "An average takes two checkpoints at least.");
        var files = parts.Select(Part).ToArray();
        var total = files.Sum(part => part.Share);
        var first = files[0];
        foreach (var part in files[1..])
            Check.That(
                Same(first.File, part.File),
                $"{part.Path} has other weights than {first.Path}: an average is of checkpoints of one architecture."
            );
        var mean = first.File.Tensors.ToDictionary(
            tensor => tensor.Key,
            tensor => tensor.Value.Type == "F32" ? Mean(tensor.Key, tensor.Value.Shape) : tensor.Value
        );
        return new SafeTensors(first.File.Metadata, mean);

        StoredTensor Mean(string name, long[] shape)
        {
            var sum = new float[files[0].File.Tensors[name].Floats().Length];
            foreach (var (share, _, file) in files)
                TensorPrimitives.MultiplyAdd(file.Tensors[name].Floats(), (float)(share / total), sum, sum);
            return StoredTensor.Of(sum, shape);
        }
    }

    private static (double Share, string Path, SafeTensors File) Part(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var (share, path) = colon < 0 ? (1, text) : (Share(text[..colon]), text[(colon + 1)..]);
        return (share, path, Bare(SafeTensors.Read(path)));
    }

    // A run's last.safetensors holds the averaged weights beside those that learn and the optimiser's state.
    private static SafeTensors Bare(SafeTensors file) =>
        file.Tensors.Keys.Any(name => name.StartsWith(Checkpoint.Average, StringComparison.Ordinal))
            ? file with
            {
                Metadata = Checkpoint.AsBest(file.Metadata),
                Tensors = file
                    .Tensors.Where(tensor => tensor.Key.StartsWith(Checkpoint.Average, StringComparison.Ordinal))
                    .ToDictionary(tensor => tensor.Key[Checkpoint.Average.Length..], tensor => tensor.Value),
            }
            : file;

    private static double Share(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out var share) && share > 0 && double.IsFinite(share)
            ? share
            : throw new TrainerException($"'{text}' is no share: write SHARE:FILE, such as 0.5:best.safetensors.");

    private static bool Same(SafeTensors one, SafeTensors other) =>
        one.Tensors.Count == other.Tensors.Count
        && one.Tensors.All(tensor =>
            other.Tensors.TryGetValue(tensor.Key, out var same)
            && same.Type == tensor.Value.Type
            && same.Shape.AsSpan().SequenceEqual(tensor.Value.Shape)
        );
}
