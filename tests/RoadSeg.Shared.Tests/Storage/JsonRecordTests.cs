using RoadSeg.Jobs;

namespace RoadSeg.Tests.Storage;

/// <summary>"A manifest without an optional member ended the command with ArgumentNullException": every record that generated JSON reads is looked at.</summary>
public sealed class JsonRecordTests
{
    [Fact]
    public void Every_record_survives_a_missing_or_null_member_or_refuses_it_by_name()
    {
        var faults = JsonRecords.Faults(typeof(JobRecord).Assembly);

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }
}
