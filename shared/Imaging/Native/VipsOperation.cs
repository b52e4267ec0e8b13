namespace RoadSeg.Imaging.Native;

/// <summary>One call of a libvips operation by name: set its properties, then take its output.</summary>
internal sealed class VipsOperation(string nickname) : IDisposable
{
    private GObjectHandle operation = Vips.NewOperation(nickname);

    public VipsOperation Set(string property, int value)
    {
        Vips.Set(operation, property, value);
        return this;
    }

    public VipsOperation Set(string property, bool value)
    {
        Vips.Set(operation, property, value);
        return this;
    }

    public VipsOperation Set(string property, string value)
    {
        Vips.Set(operation, property, value);
        return this;
    }

    public VipsOperation Set(string property, VipsImage value)
    {
        Vips.Set(operation, property, value);
        return this;
    }

    public VipsOperation Set(string property, BlobHandle value)
    {
        Vips.Set(operation, property, value);
        return this;
    }

    /// <summary>Builds the operation and takes its image.</summary>
    public VipsImage Image(string output = "out")
    {
        Build();
        try
        {
            return new VipsImage(Vips.TakeObject(operation, output));
        }
        finally
        {
            Vips.ReleaseOutputs(operation);
        }
    }

    /// <summary>Builds the operation, which for a saver does all the work, and copies the bytes it made.</summary>
    public byte[] Bytes(string output = "buffer")
    {
        Build();
        try
        {
            return Vips.CopyBlob(operation, output);
        }
        finally
        {
            Vips.ReleaseOutputs(operation);
        }
    }

    public void Dispose() => operation.Dispose();

    private void Build()
    {
        var built = Vips.Build(operation, nickname);
        operation.Dispose();
        operation = built;
    }
}
