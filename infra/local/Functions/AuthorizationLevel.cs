namespace RoadSeg.LocalHost.Functions;

internal enum AuthorizationLevel
{
    Anonymous = 0,
    Function = 1,
    Admin = 2,
}
