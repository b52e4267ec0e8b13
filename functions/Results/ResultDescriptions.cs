using RoadSeg.Functions.Api.Descriptions;
using RoadSeg.Jobs;
using RoadSeg.Results;

namespace RoadSeg.Functions.Results;

/// <summary>What the OpenAPI document says of the endpoints of <see cref="ResultEndpoints"/>.</summary>
internal static class ResultDescriptions
{
    public static RouteHandlerBuilder TakesMinConfidence(this RouteHandlerBuilder endpoint) =>
        endpoint.Takes(
            "minConfidence",
            "How sure the model must be of a pixel for its class to stand: a number from 0 to 1, or card for what the model's own card "
                + "states by class; and class:number, such as car:0.8, for each class that differs. Pixels below are 255, unknown. Held "
                + "against the confidence as it is kept, in steps of 4/255. Absent: every pixel has its class.",
            ParameterForms.Several(MinConfidence.Most, "^(card|(.+:)?[0-9.]+)$")
        );

    public static RouteHandlerBuilder DescribeGetMask(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getMask",
                "Get the mask",
                "8-bit palette PNG at the photo's own oriented size: a pixel's value is its class id, the palette shows the class colours. "
                    + "With minConfidence 255 is unknown, which the palette shows black."
            )
            .AnswersFile("image/png");

    public static RouteHandlerBuilder DescribeGetColorMask(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe("getColorMask", "Get the coloured mask", "24-bit PNG of the class colours; what is unknown is black.")
            .AnswersFile("image/png");

    public static RouteHandlerBuilder DescribeGetOverlay(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getOverlay",
                "Get the classes over the photo",
                "The photo blended with the class colours, while the photo is kept; what is unknown keeps the photo."
            )
            .Takes(
                "opacity",
                "Weight of the colours: 0 is the photo, 1 the classes.",
                ParameterForms.Number(0, 1, MadeResults.DefaultOpacity)
            )
            .Takes("format", "Format of the picture; jpeg when absent.", ParameterForms.OneOf("OverlayFormat", "jpeg", "webp"))
            .Takes(
                "width",
                "Width in pixels to reduce it to; the height follows. A photo is never enlarged. Absent: the photo's own.",
                ParameterForms.Whole(ResultEndpoints.SmallestWidth, ResultEndpoints.LargestWidth)
            )
            .AnswersFile("image/jpeg", "image/webp");

    public static RouteHandlerBuilder DescribeGetConfidence(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getConfidence",
                "Get the confidence",
                "8-bit grey PNG: 255 times the softmax probability of each pixel's class, within 2."
            )
            .AnswersFile("image/png");

    public static RouteHandlerBuilder DescribeGetSummary(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getSummary",
                "Get the class statistics",
                "Pixels, share and mean confidence of each class, and what made the mask: model, version, hash, provider, preprocessing. "
                    + "With minConfidence of what is left, means from the confidence as it is kept (within 2/255), and the unknown "
                    + "pixels beside the classes."
            )
            .Answers<ResultSummary>(StatusCodes.Status200OK);

    public static RouteHandlerBuilder DescribeGetPolygons(this RouteHandlerBuilder endpoint) =>
        endpoint
            .Describe(
                "getPolygons",
                "Get polygons and run lengths",
                "Connected regions of each class as outlines in pixel corners, and each class as COCO run lengths; with format=geojson "
                    + "the outlines as a FeatureCollection that readers of GeoJSON (RFC 7946) take. "
                    + "With minConfidence there is a class 255, unknown."
            )
            .Takes("minArea", "Regions of fewer pixels get no polygon.", ParameterForms.Whole(1, 1_000_000_000, 64))
            .Takes(
                "tolerance",
                "How far in pixels a simplified outline may lie from the exact one; 0 is exact.",
                ParameterForms.Number(0, 100, 0)
            )
            .Takes(
                "format",
                "json, or geojson for a FeatureCollection without run lengths.",
                ParameterForms.OneOf("PolygonFormat", "json", "geojson")
            )
            .Answers<MaskRegions>(StatusCodes.Status200OK)
            .AnswersAs<MaskFeatures>("application/geo+json");
}
