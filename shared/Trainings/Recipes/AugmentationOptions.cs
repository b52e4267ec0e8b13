using RoadSeg.Errors;

namespace RoadSeg.Trainings.Recipes;

/// <summary>How training samples are drawn from frames.</summary>
public sealed record AugmentationOptions
{
    /// <summary>Crop width in pixels, a multiple of 16, 32-2048. Default 256.</summary>
    public int CropWidth { get; init; } = 256;

    /// <summary>Crop height in pixels, a multiple of 16, 32-2048. Default 256.</summary>
    public int CropHeight { get; init; } = 256;

    /// <summary>Smallest factor on the model's input size, 0.1-4. Default 0.5.</summary>
    public double ScaleMin { get; init; } = 0.5;

    /// <summary>Largest factor on the model's input size, ScaleMin-4. Default 2.</summary>
    public double ScaleMax { get; init; } = 2;

    /// <summary>A crop in which one class covers more than this share of the labelled pixels is drawn again (10 tries), 0.1-1. Default
    /// 0.75; 1 turns it off.</summary>
    public double CategoryMaxRatio { get; init; } = 0.75;

    /// <summary>Probability of mirroring left and right, 0-1. Default 0.5.</summary>
    public double Flip { get; init; } = 0.5;

    /// <summary>Brightness is shifted by up to this share of full range, 0-0.5. Default 0.125.</summary>
    public double Brightness { get; init; } = 0.125;

    /// <summary>Contrast is multiplied by 1 plus or minus up to this, 0-0.9. Default 0.5.</summary>
    public double Contrast { get; init; } = 0.5;

    /// <summary>Saturation is multiplied by 1 plus or minus up to this, 0-0.9. Default 0.5.</summary>
    public double Saturation { get; init; } = 0.5;

    /// <summary>Hue turns by up to this many degrees, 0-180. Default 18.</summary>
    public double HueDegrees { get; init; } = 18;

    /// <summary>Share of the samples that are made to look like night: dark, tinted, with lamps and noise, their sky darkest of all, 0-1.
    /// Default 0.</summary>
    public double Night { get; init; }

    /// <summary>Share of the samples in which snow lies, as far as their labels say where, 0-1. Default 0.</summary>
    public double Snow { get; init; }

    /// <summary>Share of the samples seen through haze, mist or spray, 0-1. Default 0.</summary>
    public double Haze { get; init; }

    /// <summary>Share of the samples whose colours get a cast and another gamma, 0-1. Default 0.</summary>
    public double Cast { get; init; }

    /// <summary>Share of the samples that are blurred, as by motion or a dirty lens, 0-1. Default 0.</summary>
    public double Blur { get; init; }

    /// <summary>Share of the samples with the noise of a sensor, 0-1. Default 0.</summary>
    public double Noise { get; init; }

    /// <summary>Share of the samples that go through a JPEG of low quality, 0-1. Default 0.</summary>
    public double Jpeg { get; init; }

    /// <summary>Share of the samples onto which the rare classes of another labelled frame are pasted, 0-1. Default 0.</summary>
    public double Paste { get; init; }

    /// <summary>Classes of at most this share of the labelled pixels are rare, 0-1. Default 0.06.</summary>
    public double PasteBelow { get; init; } = 0.06;

    /// <summary>Holds values against their ranges.</summary>
    /// <exception cref="RoadSegException">training-invalid: names the field and what it may be.</exception>
    public void Validate()
    {
        RecipeRule.That(CropWidth % 16 == 0 && CropHeight % 16 == 0, "cropWidth and cropHeight are multiples of 16.");
        RecipeRule.InRange(CropWidth, 32, 2048);
        RecipeRule.InRange(CropHeight, 32, 2048);
        RecipeRule.InRange(ScaleMin, 0.1, 4);
        RecipeRule.InRange(ScaleMax, ScaleMin, 4);
        RecipeRule.InRange(CategoryMaxRatio, 0.1, 1);
        RecipeRule.InRange(Flip, 0, 1);
        RecipeRule.InRange(Brightness, 0, 0.5);
        RecipeRule.InRange(Contrast, 0, 0.9);
        RecipeRule.InRange(Saturation, 0, 0.9);
        RecipeRule.InRange(HueDegrees, 0, 180);
        RecipeRule.InRange(Night, 0, 1);
        RecipeRule.InRange(Snow, 0, 1);
        RecipeRule.InRange(Haze, 0, 1);
        RecipeRule.InRange(Cast, 0, 1);
        RecipeRule.InRange(Blur, 0, 1);
        RecipeRule.InRange(Noise, 0, 1);
        RecipeRule.InRange(Jpeg, 0, 1);
        RecipeRule.InRange(Paste, 0, 1);
        RecipeRule.InRange(PasteBelow, 0, 1);
    }
}
