namespace RoadSeg.Inference;

/// <summary>Slots between runs. Photos come in few shapes, so a handful of idle slots serves nearly every run; the ones unused for
/// longest are given back. Safe for concurrent use, except for disposing, which comes last.</summary>
internal sealed class TensorSlotPool(GraphSession graph) : IDisposable
{
    private const int MostIdle = 4;

    private readonly Lock gate = new();
    private readonly List<TensorSlot> idle = [];

    /// <summary>A slot of this size; the caller's alone until it is returned.</summary>
    public TensorSlot Take(int batch, int width, int height)
    {
        lock (gate)
        {
            var at = idle.FindLastIndex(slot => slot.Batch == batch && slot.Width == width && slot.Height == height);
            if (at >= 0)
            {
                var slot = idle[at];
                idle.RemoveAt(at);
                return slot;
            }
        }

        return new TensorSlot(graph, batch, width, height);
    }

    public void Return(TensorSlot slot)
    {
        TensorSlot? oldest = null;
        lock (gate)
        {
            idle.Add(slot);
            if (idle.Count > MostIdle)
            {
                oldest = idle[0];
                idle.RemoveAt(0);
            }
        }

        oldest?.Dispose();
    }

    public void Dispose()
    {
        foreach (var slot in idle)
            slot.Dispose();
        idle.Clear();
    }
}
