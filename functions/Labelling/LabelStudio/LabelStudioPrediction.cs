using System.Globalization;
using System.Text.Json;
using RoadSeg.Results;

namespace RoadSeg.Functions.Labelling.LabelStudio;

/// <summary>A mask as Label Studio takes a prediction: of each class that has a BrushLabels label one brush, which holds every pixel; of
/// one that has a PolygonLabels label a polygon for each region of 64 pixels or more, without its holes, which Label Studio's polygons do
/// not have.</summary>
internal static class LabelStudioPrediction
{
    private const int Decimals = 4;

    /// <summary>Writes the prediction.</summary>
    /// <param name="mask">What was found.</param>
    /// <param name="config">The labels.</param>
    public static byte[] Write(MaskObjects mask, LabelConfig config)
    {
        using var made = new MemoryStream();
        using (var json = new Utf8JsonWriter(made))
        {
            json.WriteStartObject();
            json.WriteString("model_version", $"{mask.Job.Result!.Model}@{mask.Job.Result.ModelVersion}");
            var answered = new List<LabelledObject>();
            var without = new List<string>();
            json.WriteStartArray("result");
            foreach (var objects in mask.Found.GroupBy(static one => one.Name))
            {
                if (config.LabelOf(objects.Key) is not var (control, label))
                {
                    without.Add(objects.Key);
                    continue;
                }

                if (control.IsBrush)
                    answered.AddRange(objects);
                else
                    answered.AddRange(objects.Where(static one => one.Object.Outline is not null));
                Write(json, mask, control, label, [.. objects]);
            }

            json.WriteEndArray();
            WriteScore(json, answered);

            // Label Studio does not read it: for people who look at the answer.
            json.WriteStartArray("classes_without_label");
            foreach (var name in without)
                json.WriteStringValue(name);
            json.WriteEndArray();
            json.WriteString("job", mask.Job.Id.ToString());
            json.WriteEndObject();
        }

        return made.ToArray();
    }

    private static void Write(Utf8JsonWriter json, MaskObjects mask, LabelControl control, string label, LabelledObject[] objects)
    {
        var id = $"c{objects[0].Object.ClassId.ToString(CultureInfo.InvariantCulture)}";
        if (control.IsBrush)
        {
            Begin(json, mask, control, label, id, objects);
            json.WriteString("format", "rle");
            json.WriteStartArray("rle");
            var runs = objects.SelectMany(static one => one.Object.Runs).OrderBy(static run => run.Row).ThenBy(static run => run.Start);
            foreach (var value in BrushEncoder.Encode(runs, mask.Width, mask.Height))
                json.WriteNumberValue(value);
            json.WriteEndArray();
            End(json);
            return;
        }

        var number = 0;
        foreach (var one in objects.Where(static one => one.Object.Outline is not null))
        {
            Begin(json, mask, control, label, string.Create(CultureInfo.InvariantCulture, $"{id}-{++number}"), [one]);
            json.WriteBoolean("closed", true);
            json.WriteStartArray("points");
            var ring = one.Object.Outline!;
            for (var corner = 0; corner < ring.Count; corner++)
            {
                json.WriteStartArray();
                json.WriteNumberValue(Math.Round(100.0 * ring[corner].X / mask.Width, Decimals));
                json.WriteNumberValue(Math.Round(100.0 * ring[corner].Y / mask.Height, Decimals));
                json.WriteEndArray();
            }

            json.WriteEndArray();
            End(json);
        }
    }

    private static void Begin(
        Utf8JsonWriter json,
        MaskObjects mask,
        LabelControl control,
        string label,
        string id,
        LabelledObject[] objects
    )
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("from_name", control.Name);
        json.WriteString("to_name", control.Image);
        json.WriteString("type", control.Type);
        json.WriteNumber("original_width", mask.Width);
        json.WriteNumber("original_height", mask.Height);
        json.WriteNumber("image_rotation", 0);
        WriteScore(json, objects);
        json.WriteStartObject("value");
        json.WriteStartArray(control.Type);
        json.WriteStringValue(label);
        json.WriteEndArray();
    }

    private static void End(Utf8JsonWriter json)
    {
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // The mean over all pixels that are answered; none where the model gives no confidence.
    private static void WriteScore(Utf8JsonWriter json, IReadOnlyCollection<LabelledObject> objects)
    {
        var pixels = objects.Sum(static one => one.Object.Area);
        if (pixels > 0 && objects.All(static one => one.Confidence is not null))
            json.WriteNumber("score", Math.Round(objects.Sum(static one => one.Confidence!.Value * one.Object.Area) / pixels, Decimals));
    }
}
