// Videos on the page: sent with a track, followed, looked at along their time. Beside what story.mjs takes:
//   VIDEO  a video of four seconds   GPX  a track from noon of 2026-03-01 UTC on
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessible, open, overflow, PAGE, patience, picture, street } from './browser.mjs';

const { VIDEO, GPX } = process.env;
const slider = page => page.getByRole('slider', { name: 'Time in the video' });
const frame = page => page.locator('.clip-frame');
const files = page => page.locator('.clip-start input[type=file]');
const send = page => page.getByRole('button', { name: 'Send the video' });
const played = page => page.locator('video').evaluate(({ currentTime }) => currentTime);
let batch;

async function fits(page, name) {
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const width of colorScheme === 'dark' ? [1280, 390, 320] : [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      assert.equal(await overflow(page), 0, `${name} at ${width} in ${colorScheme}`);
    }
    await picture(page, `${name}-${colorScheme}`);
    await accessible(page, `${name} in ${colorScheme}`);
  }
}

test('what is no video, no track or too large is refused with a sentence before anything is sent', async t => {
  const page = await open(t, '#/batches');
  const sent = [];
  page.on('request', request => request.method() !== 'GET' && sent.push(request.url()));
  const refused = words => page.getByRole('alert').filter({ hasText: words }).waitFor(patience);
  await files(page).first().setInputFiles(street);
  await refused('street.jpg is no video that can be read here. Choose an MP4, MOV, WebM or MKV file.');
  await files(page).first().setInputFiles({ name: 'cut.mov', mimeType: 'video/quicktime', buffer: Buffer.alloc(0) });
  await refused('cut.mov is empty, of 0 bytes.');
  assert.equal(await send(page).count(), 0, 'there is nothing to send');
  await files(page).first().setInputFiles(VIDEO);
  await files(page).nth(1).setInputFiles({ name: 'drive.gpx', mimeType: '', buffer: Buffer.from('<kml/>') });
  await refused('drive.gpx is no GPX track.');
  assert.deepEqual(sent, []);

  await page.route('**/v1/clips', async route => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), maxBytes: 1000 } });
  });
  await send(page).click();
  await refused('at most 1 kB are taken');
  assert.deepEqual(sent, [`${PAGE}v1/clips`]);
});

test('a video is dropped with its track and sent over a line that breaks, and its frames are followed to their end', async t => {
  const page = await open(t, '#/batches', { broken: true, timezoneId: 'UTC' });
  await files(page).first().waitFor({ state: 'attached', ...patience });
  const devtools = await page.context().newCDPSession(page);
  for (const type of ['dragEnter', 'dragOver', 'drop']) {
    await devtools.send('Input.dispatchDragEvent', { type, x: 700, y: 700, data: { items: [], files: [VIDEO, GPX], dragOperationsMask: 1 } });
  }
  await page.getByText('drive.gpx', { exact: true }).waitFor(patience);
  await page.getByLabel('Seconds between frames').fill('0.5');
  await page.getByLabel('When the video began').fill('2026-03-01T12:00:00');
  await fits(page, 'clip-send');
  let away = true;
  await page.route(({ origin }) => origin !== new URL(PAGE).origin, route => (away ? route.abort() : route.continue()));
  await send(page).click();
  await page.getByText('Storage cannot be reached. What is there stays there, and the rest goes on by itself.').waitFor(patience);
  await page.getByRole('button', { name: 'Stop' }).click();
  await page.getByText('Stopped. What is there stays there for some hours.').waitFor(patience);
  away = false;
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.waitForURL(/#\/batches\/[0-9a-z]{26}$/, patience);
  batch = page.url().split('/').at(-1);
  await page.getByText('done', { exact: true }).first().waitFor(patience);
  await page.locator('.gallery .card-name').getByText('at 0:03.5').waitFor(patience);
  const timeline = await (await fetch(`${PAGE}v1/batches/${batch}/timeline`)).json();
  assert.equal(timeline.frames.length, 8);
});

test('the video plays, and pointer and keys in the chart choose its time', async t => {
  const page = await open(t, `#/batches/${batch}`);
  await frame(page).getByText('frame 1 of 8').waitFor(patience);
  await page.waitForFunction(() => document.querySelector('video')?.readyState >= 2, undefined, patience);
  assert.ok(await page.locator('video').evaluate(({ videoWidth, poster }) => videoWidth === 320 && poster.startsWith('blob:')));
  await page.locator('video').evaluate(async video => { video.muted = true; await video.play(); });
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.5, undefined, patience);
  await page.locator('video').evaluate(video => video.pause());

  await slider(page).scrollIntoViewIfNeeded();
  const { x, y, width } = await page.locator('.none-yet').first().boundingBox();
  await page.mouse.click(x + 0.8 * width, y + 40);
  assert.ok(Math.abs(await played(page) - 3.2) < 0.1, `${await played(page)}`);
  await frame(page).getByText('frame 7 of 8').waitFor(patience);
  for (const [key, seconds, which] of [['ArrowLeft', 2.5, 6], ['End', 3.5, 8], ['Home', 0, 1], ['ArrowRight', 0.5, 2]]) {
    await slider(page).press(key);
    assert.equal(await played(page), seconds, key);
    assert.match(await slider(page).getAttribute('aria-valuetext'), new RegExp(`frame ${which} of 8 .* %.*2026-03-01 12:00:0.*47° N, 8(\\.0\\d+)?° E`));
  }
  assert.match(await page.getByRole('link', { name: 'Open this frame' }).getAttribute('href'), /^#\/jobs\/[0-9a-z]{26}$/);
  assert.ok(await page.locator('.clip .legend li').count() > 1);
  await fits(page, 'clip');

  const csv = page.waitForEvent('download', patience);
  await page.getByRole('button', { name: 'Timeline (CSV)' }).click();
  assert.equal((await readFile(await (await csv).path(), 'utf8')).trim().split('\r\n').length, 9);
});

test('while frames are taken that is said, and a frame without a result is marked', async t => {
  const page = await open(t, '#/batches');
  await page.route(`**/v1/batches/${batch}`, async route => {
    const answer = await route.fetch();
    const { clip, counts, links: { overlay, ...links }, ...view } = await answer.json();
    await route.fulfill({ response: answer, json: { ...view, links: { self: links.self }, state: 'listing', total: 0 } });
  }, { times: 1 });
  await page.route(`**/v1/batches/${batch}/timeline`, async route => {
    const answer = await route.fetch();
    const told = await answer.json();
    const { shares, ...without } = told.frames[2];
    told.frames[2] = { ...without, state: 'failed', code: 'image-corrupt' };
    await route.fulfill({ response: answer, json: told });
  });
  await page.getByRole('link', { name: 'drive.mp4' }).first().click();
  await page.getByText('Frames are being taken of the video.').waitFor(patience);
  await page.getByText('no result', { exact: true }).waitFor(patience);
  for (const key of ['ArrowRight', 'ArrowRight']) await slider(page).press(key);
  await frame(page).getByText('frame 3 of 8 at 0:01').waitFor(patience);
  assert.match(await frame(page).innerText(), /no result: image-corrupt/);
  await picture(page, 'clip-failed', false);
  await accessible(page, 'failed frame');
});

test('after a frame was deleted its video is made again when it is asked for', async t => {
  const { frames } = await (await fetch(`${PAGE}v1/batches/${batch}/timeline`)).json();
  await fetch(`${PAGE}v1/jobs/${frames[1].job}?erase=true`, { method: 'DELETE' });
  const page = await open(t, `#/batches/${batch}`);
  await page.getByRole('button', { name: 'Make the video again' }).click(patience);
  await page.waitForFunction(() => document.querySelector('video')?.readyState >= 2, undefined, patience);
  await frame(page).getByText('frame 1 of 7').waitFor(patience);
});
