using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace RoadSeg.Functions.Site;

/// <summary>The web page's built files, held in memory in the encodings that browsers take.</summary>
internal sealed class Page
{
    public const string Index = "index.html";

    private const int SmallestCompressed = 1024;

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".jpg"] = "image/jpeg",
    };

    private readonly Dictionary<string, Asset> _files;

    private Page(Dictionary<string, Asset> files) => _files = files;

    /// <summary>Reads the folder of setting ROADSEG_PAGE, <c>wwwroot</c> beside the program when it is absent. Without
    /// the folder there is no page, and the API works as ever.</summary>
    public static Page Read(IConfiguration settings)
    {
        var folder = settings["ROADSEG_PAGE"] ?? Path.Combine(AppContext.BaseDirectory, "wwwroot");
        return new Page(
            !Directory.Exists(folder)
                ? []
                : Directory
                    .EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(static file => ContentTypes.ContainsKey(Path.GetExtension(file)))
                    .ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), Load, StringComparer.Ordinal)
        );
    }

    public bool Exists => _files.ContainsKey(Index);

    /// <summary>Answers a file, or 404. Conditional requests and HEAD are answered as they should be.</summary>
    public IResult Answer(HttpContext context, string path)
    {
        if (!_files.TryGetValue(path, out var asset))
            return TypedResults.StatusCode(StatusCodes.Status404NotFound);
        var headers = context.Response.Headers;
        headers.CacheControl = path.StartsWith("assets/", StringComparison.Ordinal) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.XContentTypeOptions = "nosniff";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        var (content, encoding) = (asset.Plain, "");
        if (asset.Brotli is not null)
        {
            headers.Vary = StringValues.Concat(headers.Vary, "Accept-Encoding");
            var accepted = context
                .Request.GetTypedHeaders()
                .AcceptEncoding.Where(static value => value.Quality is not 0)
                .Select(static value => value.Value.Value)
                .ToArray();
            (content, encoding) =
                accepted.Contains("br") ? (asset.Brotli, "br")
                : accepted.Contains("gzip") ? (asset.Gzip!, "gzip")
                : (asset.Plain, "");
            if (encoding.Length > 0)
                headers.ContentEncoding = encoding;
        }

        return TypedResults.Bytes(content, asset.ContentType, entityTag: new EntityTagHeaderValue($"\"{asset.Hash}{encoding}\""));
    }

    private static Asset Load(string file)
    {
        var plain = File.ReadAllBytes(file);
        var type = ContentTypes[Path.GetExtension(file)];
        var hash = Convert.ToHexStringLower(SHA256.HashData(plain).AsSpan(0, 8));
        return plain.Length < SmallestCompressed || type == "image/jpeg"
            ? new Asset(plain, null, null, type, hash)
            : new Asset(
                plain,
                Compressed(plain, static to => new BrotliStream(to, CompressionLevel.Optimal)),
                Compressed(plain, static to => new GZipStream(to, CompressionLevel.SmallestSize)),
                type,
                hash
            );
    }

    private static byte[] Compressed(byte[] plain, Func<Stream, Stream> encoder)
    {
        var to = new MemoryStream();
        using (var stream = encoder(to))
            stream.Write(plain);
        return to.ToArray();
    }

    private sealed record Asset(byte[] Plain, byte[]? Brotli, byte[]? Gzip, string ContentType, string Hash);
}
