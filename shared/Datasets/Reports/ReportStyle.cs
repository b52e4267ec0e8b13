using System.Net;

namespace RoadSeg.Datasets.Reports;

/// <summary>How pages about data sets begin and look: one file each, with all pictures inside.</summary>
internal static class ReportStyle
{
    /// <summary>The head of a page, up to its first heading.</summary>
    public static void Begin(TextWriter page, string title)
    {
        // No script and no network, even if a name should slip through unescaped.
        page.WriteLine(
            """<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">"""
        );
        page.WriteLine($"<title>{WebUtility.HtmlEncode(title)}</title><style>{Css}</style></head><body><main>");
    }

    public const string Css = """
        :root{color-scheme:light dark;--bg:#fbfbfa;--fg:#1c1d1f;--soft:#6a6d73;--line:#e3e3e0;--card:#fff;--bad:#b3261e;--warn:#8a5a00;--good:#1b6e3c;--note:#fff6dd}
        @media(prefers-color-scheme:dark){:root{--bg:#131416;--fg:#e8e8e6;--soft:#9a9da3;--line:#2c2e32;--card:#1b1d20;--bad:#ff8a80;--warn:#f2c14e;--good:#7bd49c;--note:#2b2618}}
        *{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{max-width:1100px;margin:0 auto;padding:40px 24px 64px}h1{font-size:30px;margin:0;letter-spacing:-.01em;overflow-wrap:anywhere}h2{font-size:18px;margin:0 0 12px}
        .sub,.hint,small,footer{color:var(--soft)}.sub{margin:4px 0 24px}.hint{font-size:13px;margin:8px 0 0}footer{margin-top:48px;font-size:13px;border-top:1px solid var(--line);padding-top:16px;overflow-wrap:anywhere}
        section{margin:0 0 40px}.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(140px,1fr));gap:12px;margin-bottom:20px}
        .card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:14px 16px;display:flex;flex-direction:column}.card b{font-size:26px;line-height:1.2;font-variant-numeric:tabular-nums}.card small{font-size:12.5px}
        .note,.problem{background:var(--note);border:1px solid var(--line);border-left:4px solid var(--warn);border-radius:8px;padding:12px 16px;margin:0 0 12px}.problem{border-left-color:var(--bad)}.problem p{margin:0;overflow-wrap:anywhere}.problem h2{margin-bottom:4px}.note:last-of-type{margin-bottom:28px}
        table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:500;color:var(--soft);font-size:13px;padding:4px 8px}td{padding:5px 8px;border-top:1px solid var(--line);vertical-align:top;overflow-wrap:anywhere}
        .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}td i{display:inline-block;width:14px;height:14px;border-radius:4px;border:1px solid #0003;vertical-align:-2px}
        .bars td:first-child{width:30px}.bar{width:45%}.bar span{display:block;height:14px;border-radius:3px;min-width:1px;margin-top:4px;box-shadow:inset 0 0 0 1px #0002}.none{opacity:.5}
        .samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(330px,1fr));gap:16px}figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:10px;overflow:hidden}
        figure img{width:50%;display:inline-block;vertical-align:top}figcaption{padding:8px 12px;font-size:13px;display:flex;justify-content:space-between;gap:8px}figcaption span{overflow-wrap:anywhere}figcaption em{color:var(--soft);font-style:normal}.four{margin-bottom:16px}.four img{width:25%}@media(max-width:640px){.four img{width:50%}}.strip{margin-bottom:16px}.strip img{width:100%;image-rendering:pixelated}
        details{background:var(--card);border:1px solid var(--line);border-radius:10px;margin-bottom:8px;padding:10px 14px}summary{cursor:pointer}details table{margin-top:10px;font-size:13.5px}
        code{font:12.5px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}.bad{color:var(--bad)}.warn{color:var(--warn)}.good{color:var(--good)}
        """;
}
