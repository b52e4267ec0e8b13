using System.Runtime.InteropServices;
using System.Text.Json;
using RoadSeg.Trainer;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Model;
using RoadSeg.Trainer.Training;
using static TorchSharp.torch;

namespace RoadSeg.Benchmarks.Trainer;

/// <summary>What both sides of the step benchmark start from, as files: the same weights, batch, class weights, rates and seeds.</summary>
internal static class StepFiles
{
    public const string Settings = "settings.json";
    public const string Weights = "weights.bin";
    public const string Images = "images.bin";
    public const string Masks = "masks.bin";

    /// <summary>Learning rate of the head, in every update.</summary>
    public const double Rate = 1e-4;

    private const int Seeds = 200;

    public static void Write(string folder, Recipe recipe, DeepLabV3Plus model, float[]? classWeights, int ignoreId, Batch batch)
    {
        var tensors = model.named_parameters().Select(p => (p.name, Tensor: (Tensor)p.parameter)).Concat(model.named_buffers().Where(b => b.buffer.dtype == float32).Select(b => (b.name, Tensor: b.buffer))).ToArray();
        using (var file = File.Create(Path.Combine(folder, Weights)))
        {
            foreach (var (_, tensor) in tensors)
            {
                using var plain = tensor.detach();
                file.Write(MemoryMarshal.AsBytes<float>(plain.data<float>().ToArray()));
            }
        }

        File.WriteAllBytes(Path.Combine(folder, Images), batch.Images);
        File.WriteAllBytes(Path.Combine(folder, Masks), batch.Masks);
        var (m, t) = (recipe.Model, recipe.Training);
        File.WriteAllText(Path.Combine(folder, Settings), JsonSerializer.Serialize(new
        {
            tensors = tensors.Select(p => new { p.name, p.Tensor.shape }),
            batch = new[] { batch.Count, batch.Height, batch.Width },
            classes = m.Classes,
            rates = m.AsppRates,
            aspp = m.AsppChannels,
            dropout = m.AsppDropout,
            low = m.LowLevelChannels,
            decoder = m.DecoderChannels,
            frozen = t.FreezeStages,
            encoderRate = t.EncoderRate,
            weightDecay = t.WeightDecay,
            clip = t.GradientClip,
            dice = t.DiceWeight,
            emaDecay = t.EmaDecay,
            rate = Rate,
            classWeights,
            ignoreId,
            threads = get_num_threads(),
            seeds = Enumerable.Range(0, Seeds).Select(step => SeededRandom.SeedOf(recipe.Seed, TrainingStep.DropoutStream, step)),
        }));
    }
}
