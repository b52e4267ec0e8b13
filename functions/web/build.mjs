// Checks the types, builds the page into functions/wwwroot and says what a first visit downloads. Fails when that outgrows its limit.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'vite';

const limit = 150 * 1024;
const limitLater = 40 * 1024;
const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, '..', 'wwwroot');

const types = spawnSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--project', here], { stdio: 'inherit' });
if (types.status !== 0) process.exit(1);

await build({
  configFile: false,
  root: here,
  logLevel: 'warn',
  build: {
    outDir: out,
    emptyOutDir: true,
    target: 'es2022',
    // The Content-Security-Policy knows no data: scripts or styles, and the preload polyfill is for browsers without modules.
    assetsInlineLimit: 0,
    modulePreload: false,
  },
});

// What index.html names is a first visit's; the rest is loaded when somebody asks for it.
const index = readFileSync(join(out, 'index.html'), 'utf8');
const assets = readdirSync(join(out, 'assets')).filter(name => /\.(js|css)$/.test(name));
const kb = bytes => `${(bytes / 1024).toFixed(1)} KB`;
function hold(what, names, most) {
  const sum = compress => names.reduce((bytes, name) => bytes + compress(readFileSync(join(out, name))).length, 0);
  const [raw, gzip, brotli] = [sum(bytes => bytes), sum(bytes => gzipSync(bytes)), sum(bytes => brotliCompressSync(bytes))];
  console.log(`${what}: ${kb(raw)}, ${kb(gzip)} as gzip, ${kb(brotli)} as Brotli (at most ${kb(most)} as gzip)`);
  if (gzip <= most) return;
  console.error(`The ${what} is larger than it may be.`);
  process.exit(1);
}

const path = name => join('assets', name);
hold('page', ['index.html', ...assets.filter(name => index.includes(name)).map(path)], limit);
hold('editor', assets.filter(name => !index.includes(name)).map(path), limitLater);
