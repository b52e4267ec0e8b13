using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Invocation;

/// <summary>How the real host writes one value into <c>Data</c> or <c>Metadata</c>. Every quirk of the payload comes from here.</summary>
internal static class ValueEncoder
{
    public static object Encode(object? value, BindingDataType dataType = BindingDataType.String)
    {
        switch (value)
        {
            case byte[] bytes:
                return dataType == BindingDataType.Binary ? bytes : Convert.ToBase64String(bytes);
            // Through text and back: the fraction is lost, and a DateTime loses its zone too.
            case DateTime time:
                return DateTime.Parse(time.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            case DateTimeOffset time:
                return DateTimeOffset.Parse(time.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            case null:
                return "null";
        }
        try
        {
            return JObject.FromObject(value);
        }
        catch (Exception error) when (error is ArgumentException or JsonException)
        {
            return JsonConvert.SerializeObject(value);
        }
    }
}
