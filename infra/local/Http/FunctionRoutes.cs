using Microsoft.AspNetCore.Routing.Constraints;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Http;

/// <summary>The HTTP functions as classic ASP.NET routes, tried in the order of their names.</summary>
internal sealed class FunctionRoutes
{
    private const string FunctionToken = "function";

    private readonly RouteCollection _routes = new();

    public FunctionRoutes(IEnumerable<FunctionDefinition> functions, string prefix, IInlineConstraintResolver constraints)
    {
        foreach (var function in functions.Where(f => f.IsHttp))
        {
            var methods = HttpTrigger.Methods(function.Trigger);
            _routes.Add(new Route(
                new RouteHandler(_ => Task.CompletedTask), function.Name, HttpTrigger.Template(function, prefix),
                defaults: null,
                constraints: methods is null ? null : new Dictionary<string, object> { ["httpMethod"] = new HttpMethodRouteConstraint(methods) },
                dataTokens: new RouteValueDictionary { [FunctionToken] = function },
                constraints));
        }
    }

    /// <summary>The function of a request and its route values, or null. Unused optional parameters are null.</summary>
    public async Task<RouteMatch?> FindAsync(HttpContext context)
    {
        if (HttpTrigger.ReservedSegments.Any(segment => context.Request.Path.StartsWithSegments("/" + segment))) return null;
        var route = new RouteContext(context);
        await _routes.RouteAsync(route);
        if (route.Handler is null) return null;
        var values = new Dictionary<string, object?>(route.RouteData.Values);
        if (route.RouteData.Routers.OfType<Route>().FirstOrDefault() is { } matched)
        {
            foreach (var parameter in matched.ParsedTemplate.Parameters.Where(p => p.IsOptional && p.DefaultValue is null))
                values.TryAdd(parameter.Name!, null);
        }
        return new RouteMatch((FunctionDefinition)route.RouteData.DataTokens[FunctionToken]!, values);
    }
}

internal sealed record RouteMatch(FunctionDefinition Function, IReadOnlyDictionary<string, object?> Values);
