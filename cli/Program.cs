using System.CommandLine;
using RoadSeg.Cli.Models;
using RoadSeg.Cli.Segment;
using RoadSeg.Cli.Stack;
using RoadSeg.Cli.Test;

var root = new RootCommand("RoadSeg turns road photos into per-pixel maps of road, vehicles, people, signs and the rest.")
{
    DemoCommand.Create(),
    SegmentCommand.Create(),
    UpCommand.Create(),
    ModelsCommand.Create(),
    TestCommand.Create(),
};
return await root.Parse(args).InvokeAsync();
