using System.CommandLine;
using RoadSeg.Imaging;
using RoadSeg.Trainer.Data;
using RoadSeg.Trainer.Publishing;
using static TorchSharp.torch;

namespace RoadSeg.Trainer.Commands;

internal static class PublishCommand
{
    private const string CamVidLicence = "For research and evaluation only: trained on CamVid (Cambridge-driving Labeled Video Database, the 11-class form of the SegNet papers), whose frames are licensed CC BY-NC 4.0. Do not use the weights commercially.";

    private const string DefaultOrigin = "The encoder began as the MobileNetV2 of a DeepLabV3 trained on COCO and PASCAL VOC, from github.com/google-coral/test_data (Apache-2.0).";

    private const string CamVidLimits = """
        CamVid's validation split is one contiguous clip of about 7 seconds, from a drive that also supplies 204 of the training frames: it is easy,
        says little about other drives, and is not comparable with published CamVid results, which are on the test split.
        Daylight streets of one English city, seen from a car: expect poor results at night, in snow, from the pavement or from above, and on thin
        things such as poles. There is no class for lane markings or animals: such pixels become whichever class fits least badly.
        Not for driving, nor for any decision about people.
        """;

    public static Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Description = "best.safetensors of a run.", Required = true };
        var data = new Option<string>("--data") { Description = "Data set: train calibrates, val gates and scores.", Required = true };
        var output = new Option<string>("--out") { Description = "Folder of the package; replaced when it exists.", Required = true };
        var golden = new Option<string>("--golden") { Description = "A photo for the self-test, free to ship.", Required = true };
        var goldenNote = new Option<string>("--golden-note") { Description = "Where that photo is from.", DefaultValueFactory = _ => "" };
        var name = new Option<string>("--name") { Description = "Package name.", DefaultValueFactory = _ => "camvid-mnv2" };
        var licence = new Option<string>("--licence") { Description = "Licence of the weights.", DefaultValueFactory = _ => CamVidLicence };
        var origin = new Option<string>("--origin") { Description = "Where the initial weights came from.", DefaultValueFactory = _ => DefaultOrigin };
        var commit = new Option<string?>("--commit") { Description = "Git commit of the code." };
        var limit = new Option<int>("--limit") { Description = "Use at most this many frames of each split; 0 for all." };
        var threads = new Option<int>("--threads") { Description = "CPU threads of libtorch; 0 for all." };
        var command = new Command("publish", "Turn a checkpoint into a model package.") { checkpoint, data, output, golden, goldenNote, name, licence, origin, commit, limit, threads };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(threads) > 0)
                set_num_threads(parsed.GetValue(threads));
            var (train, val) = (DataSource.Read(parsed.GetValue(data)!, "train", parsed.GetValue(limit)), DataSource.Read(parsed.GetValue(data)!, "val", parsed.GetValue(limit)));
            var photo = File.ReadAllBytes(parsed.GetValue(golden)!);
            var facts = new CardFacts(parsed.GetValue(name)!, "CamVid val (480 x 360, 11 classes)", parsed.GetValue(licence)!, parsed.GetValue(origin)!, CamVidLimits);
            var package = new PackagePublisher(TimeProvider.System, Console.WriteLine).Publish(
                parsed.GetValue(checkpoint)!,
                train,
                val,
                ImageDecoder.Decode(photo, ImageProbe.Read(photo, ImageLimits.Default)),
                $"`golden-input.png` and `golden-mask.png` are the self-test; the mask is what the fp32 graph gives. {parsed.GetValue(goldenNote)}",
                facts,
                parsed.GetValue(commit),
                parsed.GetValue(output)!);
            Console.WriteLine($"{package.Manifest.Name} {package.Manifest.Version}: {package.Folder}");
        });
        return command;
    }
}
