using System.Text.Json;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainings.Recipes;

namespace RoadSeg.Trainer.Teaching;

/// <summary>Writes photos with what teachers say of them as a data set in CamVid's layout: to train on, to curate, or to export to a
/// labelling tool as first labels.</summary>
internal static class TaughtSet
{
    // Of which labels are made; they are stored at the size of the photo.
    private static readonly PreprocessSpec Seen = new(ResizeMode.KeepAspect, 640, 480, 8);

    /// <summary>What was written.</summary>
    /// <param name="Train">Photos to learn from.</param>
    /// <param name="Val">Photos to score on: by the same teachers, so that says how well they are imitated, not how right that is.</param>
    /// <param name="LeftOut">Photos of which nothing is known.</param>
    /// <param name="Labelled">Share of the pixels that have a class.</param>
    internal sealed record Written(int Train, int Val, int LeftOut, double Labelled);

    /// <param name="sources">Photos and teachers.</param>
    /// <param name="options">What counts as confident.</param>
    /// <param name="labels">Classes of the set.</param>
    /// <param name="rectangles">Drawn over the teachers' labels.</param>
    /// <param name="val">Share of every folder's photos, its last ones, that become val: 0 to 0.5.</param>
    /// <param name="folder">Of the set.</param>
    /// <param name="say">Told what goes on.</param>
    public static Written Write(
        UnlabelledSources sources,
        UnlabelledOptions options,
        LabelCatalogue labels,
        LabelledRectangles rectangles,
        double val,
        string folder,
        TextWriter say,
        CancellationToken stop
    )
    {
        var paths = PhotoFolder.List(sources.Folders);
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var names = paths.Select(path => NameOf(path, taken)).ToArray();
        if (rectangles.Unknown(paths) is { Count: > 0 } unknown)
            say.WriteLine($"{unknown.Count} photos with rectangles are not there: {string.Join(", ", unknown.Take(5))} ...");
        var taught = TaughtPhotos.Open(
            sources,
            options,
            labels,
            Seen,
            folder,
            say.WriteLine,
            kept => say.WriteLine(kept.Describe(labels)),
            stop
        );
        foreach (var name in (string[])["train", "trainannot", "val", "valannot"])
            Directory.CreateDirectory(Path.Combine(folder, name));
        var ignore = (byte)(labels.IgnoreId ?? 255);
        long known = 0,
            all = 0;
        int train = 0,
            leftOut = 0,
            scored = 0;
        foreach (var drive in Enumerable.Range(0, paths.Count).GroupBy(i => Path.GetDirectoryName(paths[i])))
        {
            var photos = drive.ToArray();
            var firstOfVal = photos.Length - (int)Math.Round(photos.Length * val);
            for (var i = 0; i < photos.Length; i++)
            {
                stop.ThrowIfCancellationRequested();
                var (path, frame) = (paths[photos[i]], taught[photos[i]]);
                var mask = Merged(frame.Mask, frame.Taught ?? frame.Mask, ignore);
                rectangles.Draw(path, mask, frame.Image.Width, frame.Image.Height);
                var labelled = mask.Count(id => id != ignore);
                if (labelled == 0)
                {
                    leftOut++;
                    continue;
                }

                (known, all) = (known + labelled, all + mask.Length);
                var split = i < firstOfVal ? "train" : "val";
                var name = names[photos[i]];
                var file = File.ReadAllBytes(path);
                var header = ImageProbe.Read(file, ImageLimits.Default);
                var sized = new IndexedImage(frame.Image.Width, frame.Image.Height, mask, null).ResizeTo(
                    header.OrientedWidth,
                    header.OrientedHeight
                );
                File.WriteAllBytes(
                    Path.Combine(folder, split, name),
                    name.EndsWith(Path.GetExtension(path), StringComparison.Ordinal)
                        ? file
                        : PhotoEncoder.Png(ImageDecoder.Decode(file, header))
                );
                File.WriteAllBytes(
                    Path.Combine(folder, split + "annot", Path.ChangeExtension(name, ".png")),
                    GrayPng.Encode(sized.Ids, sized.Width, sized.Height)
                );
                (train, scored) = split == "train" ? (train + 1, scored) : (train, scored + 1);
            }
        }

        // Last: without it the folder is no data set.
        File.WriteAllText(Path.Combine(folder, CamVidFolder.ClassesFile), JsonSerializer.Serialize(labels, JsonSerializerOptions.Web));
        return new Written(train, scored, leftOut, all == 0 ? 0 : (double)known / all);
    }

    private static byte[] Merged(byte[] known, byte[] taught, byte ignore)
    {
        var mask = new byte[known.Length];
        for (var i = 0; i < mask.Length; i++)
            mask[i] = known[i] == ignore ? taught[i] : known[i];
        return mask;
    }

    // The folder stands before the first "_": frames of one drive are kept together by that.
    private static string NameOf(string path, HashSet<string> taken)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var drive =
            Path.GetFileName(folder) == PhotoFolder.Images ? Path.GetFileName(Path.GetDirectoryName(folder)) : Path.GetFileName(folder);
        var name = $"{drive!.Replace('_', '-')}_{Path.GetFileName(path)}";

        // What the layout does not know becomes what it does.
        if (!CamVidFolder.Takes(name))
            name = Path.ChangeExtension(name, ".png");
        Check.That(taken.Add(Path.ChangeExtension(name, null)), $"Two photos would be called {name}: rename one of them, or its folder.");
        return name;
    }
}
