using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Libtorch;
using RoadSeg.Trainer.Model;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Teaching;

/// <summary>The run's averaged weights label its photos, as they are, for the student that sees them changed (Tarvainen and Valpola 2017,
/// Tranheden et al. 2021).</summary>
internal sealed class AverageTeacher(DeepLabV3Plus average, UnlabelledOptions options, byte ignoreId, Device device)
{
    /// <summary>What was kept of the labels since this was cleared.</summary>
    public KeptLabels Kept { get; } = new(average.Options.Classes);

    /// <summary>Labels of a batch's photos: what is known; then what the average is sure of, or from the step before it what the first
    /// teachers said.</summary>
    /// <param name="step">Updates done.</param>
    public byte[] Label(Batch batch, long step)
    {
        var known = batch.Masks.AsSpan((batch.Count - batch.Photos) * batch.Height * batch.Width);
        var taught = options.AverageFromStep > 0 && step >= options.AverageFromStep ? See(batch) : batch.Taught;
        var both = known.ToArray();
        for (var i = 0; i < both.Length; i++)
        {
            if (both[i] == ignoreId)
                both[i] = taught[i];
        }

        return both;
    }

    private byte[] See(Batch batch)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var images = ModelInput.Normalised(batch.Plain, batch.Photos, batch.Height, batch.Width, device);
        var probabilities = nn.functional.softmax(Resize.To(average.forward(images).Logits, batch.Height, batch.Width), 1);
        var (confidence, classes) = probabilities.max(1);
        var ids = classes.to(uint8).cpu().contiguous().data<byte>().ToArray();
        using var numbers = new HeldScalars();
        var sure = confidence.ge(numbers[options.AverageConfidence]).to(uint8).cpu().contiguous().data<byte>().ToArray();
        for (var i = 0; i < ids.Length; i++)
        {
            if (batch.Plain.AsSpan(3 * i, 3).ContainsAnyExcept(Augmentation.Outside))
                Kept.Add(ids[i], sure[i] != 0);
            else
                sure[i] = 0;
            if (sure[i] == 0)
                ids[i] = ignoreId;
        }

        return ids;
    }
}
