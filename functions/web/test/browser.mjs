// A Chromium and what the stories ask of every page in it.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { inflateSync } from 'node:zlib';
import { chromium } from 'playwright-core';

export const { PAGE } = process.env;
const { CHROMIUM, PHOTOS, SCREENSHOTS, KEY } = process.env;
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const street = join(PHOTOS, 'street.jpg');
export const patience = { timeout: 60_000 };

let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist', '--force-color-profile=srgb'] });
});
after(() => browser?.close());

// A page of its own, which may not speak to anybody but the service and its storage, nor log an error;
// where requests are broken on purpose, the browser may log that. Where there is a key, its session has it.
export async function open(t, route = '', { keyless = false, broken = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, acceptDownloads: true, reducedMotion: 'reduce', ...options });
  if (KEY && !keyless) await context.addInitScript(key => sessionStorage.setItem('roadseg-key', key), KEY);
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', error => faults.push(String(error)));
  page.on('console', message => message.type() === 'error' && !(broken ? /^Failed to load resource/ : /status of 4\d\d/).test(message.text()) && faults.push(message.text()));
  page.on('request', request => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith('http') && hostname !== '127.0.0.1') faults.push(`external request: ${request.url()}`);
  });
  t.after(async () => {
    await context.close();
    assert.deepEqual(faults, []);
  });
  await page.goto(PAGE + route);
  return page;
}

// Breaks the next upload to storage, or does something else with it.
export const breakUpload = (page, how = route => route.abort()) => page.route(({ origin }) => origin !== new URL(PAGE).origin, how, { times: 1 });

export const picture = (page, name, fullPage = true) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });

// What visitors need not know: calls of the API, names of types, and words that nothing explains. A model's card is its makers' own text.
const forProgrammers = /\b(?:GET|POST|PUT|PATCH|DELETE) \/|\bSystem\.\w|\{"|\b\w+\.cs\b|--\w+|without a look|by lot|boundary F(?!-score)\b|% sure/i;

export async function accessible(page, name) {
  const words = await page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walk.nextNode()) if (!walk.currentNode.parentElement.closest('.card, .note, noscript')) found.push(walk.currentNode.data);
    return found.join('\n');
  });
  assert.doesNotMatch(words, forProgrammers, name);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(node => `${node.target} ${node.failureSummary}`).join('; ')}`), []);
}

export const overflow = page => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
export const shown = page => page.locator('.frame canvas').waitFor(patience);

// The canvas is drawn once what it shows has come: looked at until it shows what was seen before, or no longer does.
export async function canvasShows(page, before, same, what) {
  for (const end = Date.now() + patience.timeout; Date.now() < end;) {
    const now = await canvasPicture(page);
    if (before.equals(now) === same) return now;
  }
  return assert.fail(what);
}

// What is still on its way, such as the names on regions, comes within moments: two looks apart that show the same.
export async function settledPicture(page) {
  let before = await canvasPicture(page);
  for (const end = Date.now() + patience.timeout; Date.now() < end;) {
    await page.waitForTimeout(500);
    const now = await canvasPicture(page);
    if (now.equals(before)) return now;
    before = now;
  }
  return assert.fail('the picture does not come to rest');
}

export const canvasPicture = async page => {
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  return page.locator('.frame canvas').screenshot();
};

// Class ids of an 8-bit PNG whose rows have the filters None or Up, which are all that the service writes.
export async function maskOf(job, which) {
  const answer = await fetch(`${PAGE}v1/jobs/${job.id}/${which}`);
  if (!answer.ok) return null;
  const png = Buffer.from(await answer.arrayBuffer());
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const data = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  const rows = inflateSync(Buffer.concat(data));
  const ids = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (width + 1)];
    assert.ok(filter === 0 || filter === 2);
    for (let x = 0; x < width; x++) ids[y * width + x] = rows[y * (width + 1) + 1 + x] + (filter === 2 && y > 0 ? ids[(y - 1) * width + x] : 0);
  }
  return { width, height, ids, at: (x, y) => ids[y * width + x] };
}
