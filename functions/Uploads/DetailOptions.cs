using RoadSeg.Inference;
using RoadSeg.Jobs;
using RoadSeg.Models;

namespace RoadSeg.Functions.Uploads;

/// <summary>How far <c>detail=high</c> may go.</summary>
/// <param name="MaxTiles">Tiles of a photo at most, 1-64.</param>
internal sealed record DetailOptions(int MaxTiles)
{
    /// <summary>Setting ROADSEG_DETAIL_TILES (1-64, default 9; what counts is the square number at or below it).</summary>
    public static DetailOptions From(IConfiguration settings) =>
        new((int)settings.Whole("ROADSEG_DETAIL_TILES", TilePlan.DefaultMaxTiles, 1, TilePlan.MostTiles));

    /// <summary>What the model looks at of a photo.</summary>
    /// <param name="detail">How closely; null for as always.</param>
    /// <param name="width">Oriented width of the photo in pixels.</param>
    /// <param name="height">Oriented height of the photo in pixels.</param>
    /// <param name="model">The model.</param>
    public TilePlan PlanOf(JobDetail? detail, int width, int height, ModelDescription model) =>
        TilePlan.Of(width, height, model, detail == JobDetail.High ? MaxTiles : 1);
}
