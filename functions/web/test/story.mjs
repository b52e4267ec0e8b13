// What people do with photos on the page, in a real Chromium against a running service.
//   PAGE         address of the service        CHROMIUM     path of the browser
//   PHOTOS       folder with street.jpg        SCREENSHOTS  folder that takes pictures of every step
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { inflateSync } from 'node:zlib';
import { accessible, canvasPicture, canvasShows, open, overflow, PAGE, patience, picture, shown, street } from './browser.mjs';

let result;

test('a photo is uploaded straight to storage, followed through its stages, and explored', async t => {
  const page = await open(t);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await accessible(page, 'start');
  await picture(page, 'start');

  const puts = [];
  page.on('request', request => request.method() === 'PUT' && puts.push(request));
  const stages = new Set();
  await page.exposeFunction('stage', text => stages.add(text));
  await page.evaluate(() => new MutationObserver(() => document.querySelectorAll('.stages li').forEach(one => globalThis.stage(`${one.className} ${one.textContent}`))).observe(document.body, { childList: true, subtree: true }));
  await page.locator('input[type=file]').first().setInputFiles(street);
  await page.waitForURL(/#\/jobs\/\w+/, patience);
  await shown(page);
  result = page.url();
  assert.equal(puts.length, 1);
  assert.notEqual(new URL(puts[0].url()).origin, new URL(PAGE).origin);
  const seen = [...stages].join('\n');
  for (const name of ['Upload', 'Preprocessing', 'Queue', 'Segmentation']) assert.match(seen, new RegExp(`^next ${name}|^now ${name}`, 'm'), `${name} was shown before it was done`);
  assert.match(seen, /^now Upload\d+ %|^done Upload, done\d/m, 'the upload says how far it is, and how long it took');
  assert.match(seen, /^now /m, 'one of them is the present one');

  await page.getByRole('heading', { name: 'street.jpg' }).waitFor();
  assert.match(await page.locator('.class-list li').first().innerText(), /%/);
  await picture(page, 'blend');
  await accessible(page, 'result');

  const blend = await canvasPicture(page);
  const first = page.locator('.class-list input').first();
  await first.uncheck();
  await canvasShows(page, blend, false, 'a class that is switched off goes from the picture');
  await first.check();
  await page.mouse.move(0, 0);
  await canvasShows(page, blend, true, 'and comes back as it was');
  await page.getByRole('button', { name: 'None' }).click();
  const bare = await canvasShows(page, blend, false, 'without classes the photo is left');
  await page.getByRole('button', { name: 'All', exact: true }).click();

  for (const [mode, file] of [['Before / after', 'split'], ['Outlines', 'outlines'], ['Confidence', 'confidence']]) {
    await page.getByRole('button', { name: mode }).click();
    await canvasShows(page, bare, false, `${mode} differs from the photo`);
    await picture(page, file);
  }

  await page.getByRole('button', { name: 'Blend' }).click();
  await page.locator('#opacity').fill('0');
  await canvasShows(page, bare, true, 'without opacity there is only the photo');
  await page.locator('#opacity').fill('60');

  const box = await page.locator('.frame canvas').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.08);
  await page.waitForFunction(() => /sky, \d+ % sure/.test(document.querySelector('.readout')?.textContent ?? ''), null, patience);
  await page.mouse.wheel(0, -400);
  assert.equal(await page.locator('.zoom-text').innerText(), '100 %', 'the wheel scrolls the page until the photo has the focus');
  await page.mouse.dblclick(box.x + box.width * 0.3, box.y + box.height * 0.5);
  assert.equal(await page.locator('.zoom-text').innerText(), '200 %');
  await picture(page, 'zoomed', false);
});

test('what it downloads is the result', async t => {
  const page = await open(t, new URL(result).hash);
  await shown(page);
  const files = {};
  for (const label of ['Mask', 'Coloured mask', 'Overlay', 'Summary', 'Polygons']) {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: label, exact: true }).click()]);
    files[file.suggestedFilename()] = await readFile(await file.path());
  }
  assert.deepEqual(Object.keys(files), ['street.mask.png', 'street.color.png', 'street.overlay.jpg', 'street.summary.json', 'street.polygons.json']);
  const summary = JSON.parse(files['street.summary.json']);
  assert.equal(summary.classes.reduce((sum, one) => sum + one.pixels, 0), summary.width * summary.height);
  assert.equal(files['street.mask.png'].readUInt32BE(16), summary.width);

  // The page's picture is held against the mask, decoded by other means: the class under a place.
  const mask = await decodedByUp(files['street.mask.png']);
  const box = await page.locator('.frame canvas').boundingBox();
  for (const [x, y] of [[0.5, 0.05], [0.3, 0.9], [0.1, 0.3], [0.85, 0.5]]) {
    const id = mask.at(Math.floor(x * summary.width), Math.floor(y * summary.height));
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    const name = summary.classes.find(one => one.id === id).name;
    await page.waitForFunction(expected => document.querySelector('.readout').textContent.startsWith(expected), name, patience);
  }
});

test('it is worked by the keyboard alone', async t => {
  const page = await open(t);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  await tabTo(page, 'Segment this photo');
  await page.keyboard.press('Enter');
  await shown(page);
  await page.evaluate(() => document.getElementById('main').focus());
  for (let i = 0; i < 10 && await page.evaluate(() => document.activeElement.tagName) !== 'CANVAS'; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('+');
  assert.equal(await page.locator('.zoom-text').innerText(), '150 %');
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /sure/.test(document.getElementById('announcer').textContent), null, patience);
  await page.keyboard.press('0');
  await page.keyboard.press('2');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'slider');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.divider').getAttribute('aria-valuenow'), '52');
  await picture(page, 'keyboard', false);
  for (let i = 0; i < 16 && await page.evaluate(() => document.activeElement.type) !== 'checkbox'; i++) await page.keyboard.press('Tab');
  await page.keyboard.press('Space');
  assert.equal(await page.locator('.class-list input').first().isChecked(), false);
});

test('a file that is no photo is refused in words that say what to do', async t => {
  const page = await open(t);
  await page.locator('input[type=file]').first().setInputFiles({ name: 'holiday.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('This is text and no photo. '.repeat(40)) });
  const alert = page.locator('.problem [role=alert]');
  await alert.waitFor(patience);
  assert.match(await alert.innerText(), /JPEG/);
  await page.getByRole('link', { name: 'Try another photo' }).waitFor();
  await picture(page, 'refused');
  await accessible(page, 'refused');
});

test('many photos go at once, dropped anywhere, and all are in the gallery', async t => {
  const page = await open(t, '#/models');
  await page.locator('.model').first().waitFor(patience);
  await accessible(page, 'models');
  await picture(page, 'models');
  const photo = (await readFile(street)).toString('base64');
  await page.evaluate(base64 => {
    const bytes = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
    const data = new DataTransfer();
    for (const name of ['first.jpg', 'second.jpg', 'third.jpg', 'fourth.jpg']) data.items.add(new File([bytes], name, { type: 'image/jpeg' }));
    dispatchEvent(new DragEvent('drop', { dataTransfer: data, cancelable: true }));
  }, photo);
  await page.waitForFunction(() => document.querySelectorAll('.submissions > li > .state.succeeded').length === 4, null, patience);
  await picture(page, 'many');
  await accessible(page, 'many');

  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.waitForFunction(() => document.querySelectorAll('canvas.painted').length >= 4, null, patience);
  await picture(page, 'gallery', false);
  await accessible(page, 'gallery');
  await page.getByLabel('Show').selectOption('failed');
  await page.getByText('holiday.jpg').first().waitFor(patience);
  await page.getByLabel('Show').selectOption('');
  await page.getByRole('link', { name: /fourth\.jpg/ }).first().click();
  await shown(page);
  await page.getByRole('heading', { name: 'fourth.jpg' }).waitFor();
});

test('a pasted photo is taken too', async t => {
  const page = await open(t);
  await page.evaluate(base64 => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], 'pasted.jpg', { type: 'image/jpeg' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, cancelable: true }));
  }, (await readFile(street)).toString('base64'));
  await shown(page);
});

test('it fits a phone of 360 pixels, in light and dark', async t => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, '', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });
    await page.getByRole('button', { name: 'Use the camera' }).waitFor();
    assert.equal(await overflow(page), 0, 'start');
    await picture(page, `phone-start-${colorScheme}`, false);
    await accessible(page, `phone start ${colorScheme}`);
    await page.goto(result);
    await shown(page);
    await page.getByRole('button', { name: 'Before / after' }).click();
    assert.equal(await overflow(page), 0, 'result');
    await picture(page, `phone-result-${colorScheme}`);
    await accessible(page, `phone result ${colorScheme}`);
    for (const route of ['#/jobs', '#/models']) {
      await page.goto(PAGE + route);
      await page.locator('.gallery li, .model').first().waitFor(patience);
      assert.equal(await overflow(page), 0, route);
      if (colorScheme === 'dark') await accessible(page, `phone ${route}`);
    }
    await picture(page, `phone-models-${colorScheme}`);
  }
});

test('it is as good in the dark', async t => {
  const page = await open(t, '', { colorScheme: 'dark' });
  await picture(page, 'dark-start');
  await page.goto(result);
  await shown(page);
  await picture(page, 'dark-result');
  await accessible(page, 'dark result');
});

test('a key is asked for once, sent as a header, and never put into an address', async t => {
  const page = await open(t);
  const secret = 'a-key-of-the-test';
  const seen = [];
  await page.route('**/v1/**', route => {
    const request = route.request();
    seen.push(request.url());
    const { 'x-functions-key': given, ...headers } = request.headers();
    // The service behind knows no keys: to it the job is the local caller's.
    return given === secret ? route.continue({ headers }) : route.fulfill({ status: 401 });
  });
  await page.goto(`${PAGE}#/models`);
  await page.getByLabel('Key', { exact: true }).fill('schlüssel');
  const before = seen.length;
  await page.getByRole('button', { name: 'Use key' }).click();
  await page.getByText('That is no key').waitFor();
  assert.equal(seen.length, before, 'it is not sent');
  await page.getByLabel('Key', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Use key' }).click();
  await page.getByText('was not accepted').waitFor();
  await accessible(page, 'key');
  await picture(page, 'key', false);
  await page.getByLabel('Key', { exact: true }).fill(secret);
  await page.getByRole('button', { name: 'Use key' }).click();
  await page.locator('.model').first().waitFor(patience);
  await page.getByRole('button', { name: 'Forget the key' }).waitFor();
  await page.goto(result);
  await page.reload();
  await shown(page);
  assert.equal(await page.locator('dialog').count(), 0, 'it is not asked again in this session');
  assert.ok(seen.length > 4 && seen.every(url => !url.includes(secret)));
  assert.equal(await page.evaluate(key => JSON.stringify(localStorage).includes(key) || document.cookie.includes(key), secret), false);
});

// Rows of a mask are filtered by None or Up; no code of the page takes part.
async function decodedByUp(png) {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts = [];
  for (let at = 8; at < png.length; at += png.readUInt32BE(at) + 12) {
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)));
  }
  const rows = inflateSync(Buffer.concat(parts));
  const ids = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const filter = rows[y * (width + 1)];
    assert.ok(filter === 0 || filter === 2);
    for (let x = 0; x < width; x++) ids[y * width + x] = rows[y * (width + 1) + 1 + x] + (filter === 2 && y > 0 ? ids[(y - 1) * width + x] : 0);
  }
  return { at: (x, y) => ids[y * width + x] };
}

async function tabTo(page, text) {
  for (let i = 0; i < 20; i++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(() => document.activeElement.textContent) === text) return;
  }
  assert.fail(`Tab does not reach "${text}".`);
}
