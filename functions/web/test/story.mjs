// What people do with photos on the page, in a real Chromium against a running service.
//   PAGE         address of the service        CHROMIUM     path of the browser
//   PHOTOS       folder with street.jpg        SCREENSHOTS  folder that takes pictures of every step
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { spawnSync } from 'node:child_process';
import { inflateSync } from 'node:zlib';
import { accessible, canvasPicture, canvasShows, open, overflow, PAGE, patience, picture, shown, street, settledPicture } from './browser.mjs';

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
  const share = () => page.locator('.class-list li').first().locator('.class-share').innerText();
  const sureShare = await share();
  await page.getByLabel('Hide what is less sure than').fill('95');
  await canvasShows(page, blend, false, 'what is less sure is striped');
  await page.locator('.class-list li', { hasText: 'unknown' }).waitFor();
  assert.notEqual(await share(), sureShare, 'the shares are of what is sure');
  assert.match(page.url(), /sure=95/, 'a link shows the same');
  await picture(page, 'sure');
  await accessible(page, 'sure');
  const [sureFile] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Summary', exact: true }).click()]);
  const served = JSON.parse(await readFile(await sureFile.path()));
  const shownUnknown = await page.locator('.class-list li', { hasText: 'unknown' }).locator('.class-share').innerText();
  assert.ok(Math.abs(Number.parseFloat(shownUnknown) - 100 * served.unknown.share) < 0.06, 'the page counts as the service does');
  await page.getByLabel('Hide what is less sure than').fill('0');
  await canvasShows(page, blend, true, 'and comes back');
  assert.equal(await share(), sureShare);
  await page.locator('#opacity').fill('0');
  await canvasShows(page, bare, true, 'without opacity there is only the photo');
  await page.locator('#opacity').fill('60');

  const box = await page.locator('.frame canvas').boundingBox();
  await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.08);
  await page.waitForFunction(() => /sky, confidence \d+ %/.test(document.querySelector('.readout')?.textContent ?? ''), null, patience);
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
  // The buttons lie below it: the mouse is heard only where the window shows the picture.
  await page.evaluate(() => scrollTo(0, 0));
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
  await page.waitForFunction(() => /confidence/.test(document.getElementById('announcer').textContent), null, patience);
  await page.keyboard.press('0');
  await page.keyboard.press('2');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'slider');
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.locator('.divider').getAttribute('aria-valuenow'), '52');
  await picture(page, 'keyboard', false);
  for (let i = 0; i < 16 && await page.evaluate(() => document.activeElement.matches('.class-list input')) === false; i++) await page.keyboard.press('Tab');
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
  assert.match(page.url(), /#\/jobs\?state=failed$/);
  await page.reload();
  await page.getByText('holiday.jpg').first().waitFor(patience);
  assert.equal(await page.getByLabel('Show').inputValue(), 'failed', 'the filter is in the address');
  await page.getByLabel('Show').selectOption('');
  await page.getByRole('link', { name: /fourth\.jpg/ }).first().click();
  await shown(page);
  await page.getByRole('heading', { name: 'fourth.jpg' }).waitFor();
});

test('Jobs is found as it was left: filter, pages and place', async t => {
  const page = await open(t, '#/jobs?state=succeeded');
  // A long list without a long test: every page repeats the photos that there are, by other ids.
  const { items } = await (await fetch(`${PAGE}v1/jobs?state=succeeded&limit=4`)).json();
  await page.route(/\/v1\/jobs\?/, route => {
    const { searchParams } = new URL(route.request().url());
    const after = Number(searchParams.get('after') ?? 0);
    const made = Array.from({ length: 24 }, (_, at) => ({ ...items[at % items.length], id: items[at % items.length].id.slice(0, -4) + String(1000 + 24 * after + at), fileName: `photo-${24 * after + at}.jpg` }));
    return route.fulfill({ json: { items: searchParams.get('state') === 'succeeded' ? made : [], ...(after < 4 ? { next: String(after + 1) } : {}) } });
  });
  await page.reload();
  for (const last of ['photo-23.jpg', 'photo-47.jpg']) {
    await page.getByText(last, { exact: true }).waitFor(patience);
    await page.getByRole('button', { name: 'Show more' }).click();
  }
  const card = page.getByRole('link', { name: /photo-60\.jpg/ });
  await card.scrollIntoViewIfNeeded(patience);
  const top = () => card.evaluate(one => Math.round(one.getBoundingClientRect().top));
  const before = await top();
  await card.click();
  await page.waitForURL(/#\/jobs\/\w+/, patience);
  await page.goBack();
  await page.getByText('photo-71.jpg', { exact: true }).waitFor(patience);
  await page.waitForFunction(expected => Math.abs([...document.querySelectorAll('.gallery a')].find(one => /photo-60\.jpg/.test(one.textContent)).getBoundingClientRect().top - expected) <= 2, before, patience);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /photo-60\.jpg/, 'the card that was opened has the focus');
  assert.equal(await page.getByLabel('Show').inputValue(), 'succeeded');

  // Whoever asks for Jobs anew begins at the top.
  await page.getByRole('navigation').getByRole('link', { name: 'Jobs' }).click();
  await page.getByText('No').first().waitFor(patience);
  assert.equal(await page.evaluate(() => scrollY), 0);
});

test('several jobs are selected and downloaded as one file', async t => {
  const page = await open(t, '#/jobs?state=succeeded', { broken: true });
  const boxes = page.getByRole('checkbox', { name: /^Select (first|second|third)\.jpg$/ });
  await boxes.nth(2).waitFor(patience);
  for (const name of ['first', 'second', 'third']) await page.getByRole('checkbox', { name: `Select ${name}.jpg` }).first().check();
  await page.getByText('3 selected').waitFor();
  await picture(page, 'selection', false);
  await accessible(page, 'selection');
  const take = async label => {
    await page.getByLabel('What').selectOption(label);
    const [file] = await Promise.all([page.waitForEvent('download', patience), page.getByRole('button', { name: 'Download 3 results' }).click()]);
    assert.equal(file.suggestedFilename(), 'roadseg.zip');
    // Another program reads it, and checks its sums.
    const read = spawnSync('python3', ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; [print(i.filename, z.read(i)[:4]) for i in z.infolist()]', await file.path()], { encoding: 'utf8' });
    assert.equal(read.status, 0, read.stderr);
    return read.stdout.trim().split('\n').sort();
  };
  assert.deepEqual(await take('Mask'), ['first', 'second', 'third'].map(name => `${name}.mask.png b'\\x89PNG'`));
  assert.equal((await take('Everything')).length, 15);
  await page.getByText('3 of 3 downloaded.').waitFor(patience);

  // One that fails keeps the others from nothing, and is named.
  await page.route('**/mask*', route => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"It is busy."}' }), { times: 1 });
  await page.getByLabel('What').selectOption('Mask');
  await Promise.all([page.waitForEvent('download', patience), page.getByRole('button', { name: 'Download 3 results' }).click()]);
  await page.getByText(/2 of 3 downloaded\. \w+\.jpg: It is busy\./).waitFor(patience);
  await page.getByRole('button', { name: 'Clear selection' }).click();
  assert.ok(await page.locator('.selection').isHidden());
});

test('several photos chosen on a phone are seen at once', async t => {
  for (const width of [390, 320]) {
    const page = await open(t, '', { viewport: { width, height: 640 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
    const photo = await readFile(street);
    await page.locator('input[type=file]').first().setInputFiles(['one.jpg', 'two.jpg', 'three.jpg'].map(name => ({ name, mimeType: 'image/jpeg', buffer: photo })));
    await page.waitForFunction(() => {
      const { top, bottom } = document.querySelector('.submissions > li')?.getBoundingClientRect() ?? {};
      return top >= 0 && bottom <= innerHeight;
    }, null, { timeout: 3000 });
    assert.equal(await overflow(page), 0, `list at ${width}`);
    await picture(page, `phone-many-${width}`, false);
    await accessible(page, `phone many ${width}`);
    await page.waitForFunction(() => document.querySelectorAll('.submissions .done').length >= 12, null, patience);
  }
});

test('classes are named where they are tapped, and on their regions where that is wanted', async t => {
  const page = await open(t, new URL(result).hash, { viewport: { width: 390, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  await shown(page);
  const box = await page.locator('.frame canvas').boundingBox();
  await page.touchscreen.tap(box.x + box.width * 0.5, box.y + box.height * 0.08);
  await page.waitForFunction(() => /^sky, confidence \d+ %$/.test(document.querySelector('.readout').textContent), null, patience);
  assert.ok(await page.locator('.readout').isVisible(), 'it stays when the finger has gone');
  await picture(page, 'phone-tap', false);

  await page.getByLabel('Names').check();
  const names = () => page.locator('.region-names span').evaluateAll(tags => tags.filter(tag => tag.style.visibility === 'visible').map(tag => ({ name: tag.textContent, box: tag.getBoundingClientRect().toJSON() })));
  const seen = await names();
  assert.ok(['sky', 'building', 'road'].every(name => seen.some(one => one.name === name)), JSON.stringify(seen.map(one => one.name)));
  for (const [at, one] of seen.entries()) {
    for (const other of seen.slice(at + 1)) assert.ok(one.box.right < other.box.left || other.box.right < one.box.left || one.box.bottom < other.box.top || other.box.bottom < one.box.top, `${one.name} covers ${other.name}`);
  }
  // Each stands on its own class, as the page reads the mask.
  for (const { name, box: at } of seen.slice(0, 6)) {
    await page.touchscreen.tap(at.x + at.width / 2, at.y + at.height / 2);
    await page.waitForFunction(expected => document.querySelector('.readout').textContent.startsWith(expected), name, patience);
  }
  await picture(page, 'phone-names', false);
  await page.locator('.class-list input').first().uncheck();
  assert.ok((await names()).every(one => one.name !== 'building'), 'a class that is switched off is not named');
});

test('the picture has the tints of the legend', async t => {
  const page = await open(t, new URL(result).hash);
  await shown(page);
  const shot = async () => (await page.locator('.frame canvas').screenshot()).toString('base64');
  const box = await page.locator('.frame canvas').boundingBox();
  const places = [];
  for (const [x, y] of [[0.1, 0.3], [0.3, 0.9], [0.5, 0.05], [0.85, 0.5], [0.5, 0.75]]) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
    places.push([(await page.locator('.readout').textContent()).split(',')[0], x, y]);
  }
  assert.ok(new Set(places.map(([name]) => name)).size >= 3, String(places));
  await page.mouse.move(0, 0);
  await canvasPicture(page);
  const compared = await page.evaluate(async ({ shot, places }) => {
    const bitmap = await createImageBitmap(await (await new Response(Uint8Array.from(atob(shot), c => c.charCodeAt(0)))).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const swatches = new Map([...document.querySelectorAll('.class-list li')].map(row => {
      // The browser itself says what the mix is.
      context.fillStyle = getComputedStyle(row.querySelector('.swatch')).backgroundColor;
      context.fillRect(0, 0, 1, 1);
      return [row.querySelector('.class-name').textContent, [...context.getImageData(0, 0, 1, 1).data]];
    }));
    return places.map(([name, x, y]) => ({ name, legend: swatches.get(name), picture: [...context.getImageData(Math.floor(x * bitmap.width), Math.floor(y * bitmap.height), 1, 1).data] }));
  }, { shot: await shot(), places });
  const hue = ([r, g, b]) => (Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b) * 180) / Math.PI;
  const chroma = ([r, g, b]) => Math.max(r, g, b) - Math.min(r, g, b);
  for (const { name, legend, picture: drawn } of compared) {
    if (name === 'sky') assert.ok(chroma(drawn) < 12 && chroma(legend) < 12, `${name} is grey: ${legend} ${drawn}`);
    else assert.ok(Math.abs(hue(legend) - hue(drawn)) < 12 && Math.abs(chroma(legend) - chroma(drawn)) < 30, `${name}: the legend has ${legend}, the picture ${drawn}`);
  }
});

test('a link shows the same view and the same classes', async t => {
  const page = await open(t, new URL(result).hash, { permissions: ['clipboard-read', 'clipboard-write'] });
  await shown(page);
  await page.getByRole('button', { name: 'Outlines' }).click();
  await page.locator('.class-list label', { hasText: 'building' }).getByRole('checkbox').uncheck();
  await page.locator('#opacity').fill('80');
  await page.getByLabel('Names').check();
  await page.getByRole('button', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, /#\/jobs\/\w+\?view=outline&opacity=80&classes=[\w,-]+&names=on$/);
  await page.waitForFunction(expected => location.href === expected, link, patience);
  // The button lies below: scrolled there, the picture stands between two pixels of the screen, and no two looks at it are the same.
  await page.evaluate(() => scrollTo(0, 0));
  await page.mouse.move(0, 0);
  const seen = await settledPicture(page);
  const other = await open(t);
  await other.goto(link);
  await other.reload();
  await shown(other);
  assert.equal(await other.getByRole('button', { name: 'Outlines' }).getAttribute('aria-pressed'), 'true');
  assert.equal(await other.locator('.class-list label', { hasText: 'building' }).getByRole('checkbox').isChecked(), false);
  assert.equal(await other.getByLabel('Names').isChecked(), true);
  await canvasShows(other, seen, true, 'the picture is the same');
  await other.goto(`${result}?view=nonsense&opacity=900&classes=unicorn`);
  await other.reload();
  await shown(other);
  assert.equal(await other.getByRole('button', { name: 'Blend' }).getAttribute('aria-pressed'), 'true');
});

test('confidence is explained, and its scale tells apart what lies above 80 %', async t => {
  const page = await open(t, new URL(result).hash);
  await shown(page);
  await page.getByText('What confidence means').click();
  await page.getByText('It is not the chance of being right.').waitFor();
  await page.getByRole('button', { name: 'Confidence' }).click();
  await page.locator('.legend').waitFor(patience);
  const steps = await page.locator('.legend li').evaluateAll(rows => rows.map(row => [Number.parseInt(row.textContent.replace(/\D*(\d+).*/, '$1'), 10), getComputedStyle(row.querySelector('.step')).backgroundColor]));
  assert.ok(steps.filter(([from]) => from >= 80).length >= 4);
  assert.equal(new Set(steps.map(([, color]) => color)).size, steps.length);
  await picture(page, 'confidence-scale');
});

test('an address that leads nowhere says so', async t => {
  const page = await open(t, '#/nonsense');
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor(patience);
  await accessible(page, 'nowhere');
  await page.getByRole('link', { name: 'Look at your jobs' }).click();
  await page.getByRole('heading', { name: 'Jobs' }).waitFor(patience);
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

test('it fits phones of 360 and 320 pixels, in light and dark', async t => {
  for (const [colorScheme, width] of [['light', 360], ['dark', 360], ['light', 320]]) {
    const page = await open(t, '', { viewport: { width, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });
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
    assert.equal(await page.locator('nav').evaluate(nav => nav.scrollWidth - nav.clientWidth), 0, `the navigation at ${width}`);
  }
});

test('it is as good in the dark', async t => {
  const page = await open(t, '', { colorScheme: 'dark' });
  await picture(page, 'dark-start');
  await page.goto(result);
  await shown(page);
  await picture(page, 'dark-result');
  await accessible(page, 'dark result');

  // Car and pedestrian have the darkest colours: their rings show them.
  await page.goto(`${PAGE}#/models`);
  await page.locator('.model .class-bars').waitFor(patience);
  const contrasts = await page.locator('.class-bars tr').evaluateAll(rows => rows.map(row => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d');
    const shade = colors => {
      for (const color of colors) {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
      }
      const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(one => one / 255).map(one => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const bar = getComputedStyle(row.querySelector('.bar'));
    const ring = bar.boxShadow.match(/rgba?\([^)]*\)|color\([^)]*\)/)[0];
    const [mark, track] = [shade([bar.backgroundColor, ring]), shade([getComputedStyle(row.querySelector('.track')).backgroundColor])];
    return [row.querySelector('th').textContent, (Math.max(mark, track) + 0.05) / (Math.min(mark, track) + 0.05)];
  }));
  assert.ok(contrasts.length >= 11 && contrasts.every(([, contrast]) => contrast >= 3), JSON.stringify(contrasts));
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
