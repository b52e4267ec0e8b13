using System.Text;

namespace RoadSeg.Trainer.Work;

/// <summary>What a run says, in its own file and on the worker's output. Whole lines, from any thread.</summary>
internal sealed class AttemptLog(string path, TextWriter output) : TextWriter
{
    private readonly StreamWriter _file = new(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
    {
        AutoFlush = true,
    };
    private readonly Lock _gate = new();

    public override Encoding Encoding => Encoding.UTF8;

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        lock (_gate)
        {
            _file.Write(value);
            output.Write(value);
        }
    }

    public override void WriteLine(string? value) => Write(value + "\n");

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _file.Dispose();
        base.Dispose(disposing);
    }
}
