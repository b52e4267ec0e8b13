using System.Collections;
using System.Security.Cryptography;
using System.Text;
using RoadSeg.Imaging;
using RoadSeg.Labels;
using RoadSeg.Trainer.Data;

namespace RoadSeg.Trainer.Teaching;

/// <summary>Photos with what teachers say of them. The labels are made once and kept as grey PNG in the run's folder (255: unknown), where
/// people can look at them and a resumed run finds them; photos are read as they are used.</summary>
internal sealed class TaughtPhotos : IReadOnlyList<Frame>
{
    private const byte Unknown = 255;

    // Below a half another class may be as likely.
    private const int LeastConfidence = 128;

    private readonly IReadOnlyList<string> _photos;
    private readonly string? _masks;
    private readonly LabelCatalogue _labels;
    private readonly PreprocessSpec _input;

    private TaughtPhotos(IReadOnlyList<string> photos, string? masks, LabelCatalogue labels, PreprocessSpec input, string fingerprint) =>
        (_photos, _masks, _labels, _input, Fingerprint) = (photos, masks, labels, input, fingerprint);

    /// <summary>Of the photos by name and size, of the teachers, and of what counts as confident.</summary>
    public string Fingerprint { get; }

    public int Count => _photos.Count;

    public Frame this[int index]
    {
        get
        {
            var photo = PhotoFolder.Read(_photos[index], _input);
            var known = PhotoFolder.Known(_photos[index], photo, _labels);
            return new Frame(Path.GetFileName(_photos[index]), photo, known, _masks is null ? known : Taught(index, known));
        }
    }

    /// <summary>Reads the labels of the run's folder, or has the teachers make them.</summary>
    /// <param name="sources">Photos and teachers.</param>
    /// <param name="options">What counts as confident.</param>
    /// <param name="labels">The data set's classes.</param>
    /// <param name="input">Photos are held no larger than about this.</param>
    /// <param name="folder">Of the run.</param>
    /// <param name="say">Told what goes on.</param>
    /// <param name="kept">Told how much of each class was kept, when the labels were made.</param>
    /// <param name="stop">Stops the teachers.</param>
    /// <param name="mayTeach">False where another process makes the labels: they must be there.</param>
    public static TaughtPhotos Open(
        UnlabelledSources sources,
        UnlabelledOptions options,
        LabelCatalogue labels,
        PreprocessSpec input,
        string folder,
        Action<string> say,
        Action<KeptLabels> kept,
        CancellationToken stop,
        bool mayTeach = true
    )
    {
        var photos = PhotoFolder.List(sources.Folders);
        if (sources.Teachers.Count == 0)
            return new TaughtPhotos(photos, null, labels, input, Key(photos, [], options, labels, input));
        var names = ClassNames.Read(sources.ClassNames);
        var teachers = new List<Teacher>();
        try
        {
            foreach (var teacher in sources.Teachers)
                teachers.Add(Teacher.Open(teacher, names, labels));
            var key = Key(photos, teachers, options, labels, input);
            var masks = Path.Combine(folder, "taught", key);
            if (!File.Exists(Path.Combine(masks, "done")))
            {
                Check.That(
                    mayTeach,
                    $"{masks} does not hold the labels that rank 0's teachers made: start every rank with the same photos and teachers, and give all "
                        + "ranks one folder (--out)."
                );
                say($"{teachers.Count} teachers label {photos.Count} photos: {string.Join(", ", teachers.Select(t => t.Version))}.");
                kept(Make(photos, teachers, options, labels, input, masks, stop));
                File.WriteAllText(Path.Combine(masks, "done"), "");
            }

            return new TaughtPhotos(photos, masks, labels, input, key);
        }
        finally
        {
            teachers.ForEach(teacher => teacher.Dispose());
        }
    }

    public IEnumerator<Frame> GetEnumerator() => Enumerable.Range(0, Count).Select(i => this[i]).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private byte[] Taught(int index, byte[] known)
    {
        var (ids, ignore) = (Read(MaskOf(_masks!, index)).Ids, (byte)(_labels.IgnoreId ?? Unknown));
        for (var i = 0; i < ids.Length; i++)
            ids[i] = ids[i] == Unknown ? ignore : ids[i];
        return known.Length == ids.Length
            ? ids
            : throw new TrainerException(
                $"{MaskOf(_masks!, index)} has not the size of its photo: delete its folder, and the teachers make it anew."
            );
    }

    private static KeptLabels Make(
        IReadOnlyList<string> photos,
        List<Teacher> teachers,
        UnlabelledOptions options,
        LabelCatalogue labels,
        PreprocessSpec input,
        string masks,
        CancellationToken stop
    )
    {
        Directory.CreateDirectory(masks);
        var histogram = new long[labels.Count, 256];
        for (var p = 0; p < photos.Count; p++)
        {
            stop.ThrowIfCancellationRequested();
            var photo = PhotoFolder.Read(photos[p], input);
            var votes = new TeacherVotes(labels.Count, photo.Width, photo.Height);
            var dark = photo.Pixels.Average(level => (double)level) < options.TeachersSeeFrom;
            var mirrored = options.Mirror ? photo.Mirrored() : null;
            foreach (var teacher in dark ? [] : teachers)
            {
                teacher.Vote(photo, votes, mirrored: false);
                if (mirrored is not null)
                    teacher.Vote(mirrored, votes, mirrored: true);
            }

            var (ids, confidence) = votes.Result();
            for (var i = 0; i < ids.Length; i++)
                histogram[ids[i], confidence[i]] += dark ? 0 : 1;
            File.WriteAllBytes(MaskOf(masks, p), GrayPng.Encode(ids, photo.Width, photo.Height));
            File.WriteAllBytes(ConfidenceOf(masks, p), GrayPng.Encode(confidence, photo.Width, photo.Height));
        }

        // Only when all is seen is it known what a class can be held to.
        var least = Enumerable.Range(0, labels.Count).Select(c => LeastOf(histogram, c, options)).ToArray();
        var kept = new KeptLabels(labels.Count);
        for (var p = 0; p < photos.Count; p++)
        {
            var (ids, confidence) = (Read(MaskOf(masks, p)), Read(ConfidenceOf(masks, p)).Ids);
            for (var i = 0; i < confidence.Length; i++)
            {
                var sure = confidence[i] >= least[ids.Ids[i]];
                if (confidence[i] > 0)
                    kept.Add(ids.Ids[i], sure);
                if (!sure)
                    ids.Ids[i] = Unknown;
            }

            File.WriteAllBytes(MaskOf(masks, p), GrayPng.Encode(ids.Ids, ids.Width, ids.Height));
            File.Delete(ConfidenceOf(masks, p));
        }

        return kept;
    }

    // The confidence asked for, or less where that leaves too little of the class.
    private static int LeastOf(long[,] histogram, int id, UnlabelledOptions options)
    {
        var asked = (int)Math.Ceiling(options.Confidence * 255);
        var called = Enumerable.Range(0, 256).Sum(level => histogram[id, level]);
        var above = Enumerable.Range(asked, 256 - asked).Sum(level => histogram[id, level]);
        var least = asked;
        while (least > LeastConfidence && above < options.KeepAtLeast * called)
            above += histogram[id, --least];
        return least;
    }

    private static string Key(
        IReadOnlyList<string> photos,
        List<Teacher> teachers,
        UnlabelledOptions options,
        LabelCatalogue labels,
        PreprocessSpec input
    )
    {
        var text = new StringBuilder()
            .AppendJoin('\n', teachers.Select(teacher => teacher.Version))
            .Append($"\n{options.Confidence} {options.KeepAtLeast} {options.Mirror} {options.TeachersSeeFrom} {input}\n")
            .AppendJoin(' ', labels.Classes.Select(label => label.Name))
            .AppendJoin('\n', photos.Select(photo => $"{Path.GetFileName(photo)} {new FileInfo(photo).Length}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..12];
    }

    private static string MaskOf(string masks, int index) => Path.Combine(masks, $"{index:D6}.png");

    private static string ConfidenceOf(string masks, int index) => Path.Combine(masks, $"{index:D6}.confidence.png");

    private static IndexedImage Read(string path) => MaskPng.Decode(File.ReadAllBytes(path), ImageLimits.Default);
}
