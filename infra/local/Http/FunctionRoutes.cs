using Microsoft.AspNetCore.Routing.Constraints;
using RoadSeg.LocalHost.Functions;

namespace RoadSeg.LocalHost.Http;

/// <summary>The HTTP functions as classic ASP.NET routes, tried in the order of their names as the official host does.</summary>
internal sealed class FunctionRoutes
{
    private const string FunctionToken = "function";

    private readonly RouteCollection _routes = new();

    /// <param name="errors">Gets the functions whose routes cannot be used, and why.</param>
    public FunctionRoutes(
        IEnumerable<FunctionDefinition> functions,
        string prefix,
        IInlineConstraintResolver constraints,
        IDictionary<string, string> errors
    )
    {
        foreach (var function in functions.Where(f => f.IsHttp).OrderBy(f => f.Name, StringComparer.OrdinalIgnoreCase))
        {
            var route = function.Text("route") is { Length: > 0 } given ? given : function.Name;
            try
            {
                _routes.Add(
                    new Route(
                        new RouteHandler(_ => Task.CompletedTask),
                        function.Name,
                        prefix.Length == 0 ? route : $"{prefix}/{route}",
                        defaults: null,
                        constraints: function.Methods is { } methods
                            ? new Dictionary<string, object> { ["httpMethod"] = new HttpMethodRouteConstraint(methods) }
                            : null,
                        dataTokens: new RouteValueDictionary { [FunctionToken] = function },
                        constraints
                    )
                );
            }
            catch (Exception error) when (error is ArgumentException or RouteCreationException)
            {
                errors[function.Name] = $"Its route '{route}' is invalid: {error.Message}";
            }
        }
    }

    /// <summary>The function of a request and the values in its route, or null.</summary>
    public async Task<(FunctionDefinition Function, RouteValueDictionary Values)?> FindAsync(HttpContext context)
    {
        var route = new RouteContext(context);
        await _routes.RouteAsync(route);
        return route.Handler is null ? null : ((FunctionDefinition)route.RouteData.DataTokens[FunctionToken]!, route.RouteData.Values);
    }
}
