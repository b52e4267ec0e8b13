// A result is corrected in a real Chromium: by mouse, keys, fingers and pen, on small photos and large ones, by two people at once. Takes what story.mjs takes, and
//   LARGE  a photo of 4000 x 3000
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessible, canvasPicture, canvasShows, maskOf, open, overflow, PAGE, patience, picture, shown, street } from './browser.mjs';

const { LARGE } = process.env;
let sent = 0;

// Bytes behind its end make each file a photo of its own.
async function made(file = street) {
  const body = Buffer.concat([await readFile(file), Buffer.alloc(++sent)]);
  const answer = await fetch(`${PAGE}v1/jobs?fileName=crossing-${sent}.jpg`, { method: 'POST', headers: { 'Content-Type': 'image/jpeg', Prefer: 'wait=60' }, body });
  let job = await answer.json();
  while (job.state !== 'succeeded') job = await (await fetch(`${PAGE}v1/jobs/${job.id}?wait=30`)).json();
  return job;
}

const canvas = page => page.locator('.frame canvas');
const radio = (page, name) => page.locator('.paints').getByRole('radio', { name, exact: true });
const tool = (page, name) => page.getByRole('button', { name, exact: true });
const facts = page => page.locator('.facts');
const said = (page, text) => page.waitForFunction(source => new RegExp(source).test(document.getElementById('announcer').textContent), text.source, patience);
const numberOf = async page => Number(/([\d,]+) pixels? changed/.exec(await facts(page).innerText())?.[1].replaceAll(',', '') ?? 0);

async function correct(t, job, options) {
  const page = await open(t, `#/jobs/${job.id}/correct`, options);
  await canvas(page).waitFor(patience);
  await facts(page).getByText(/changed|As the model saw it/).waitFor(patience);
  return page;
}

// A place of the photo on the screen, while the whole photo is shown.
async function place(page, job, x, y) {
  const box = await canvas(page).boundingBox();
  return [box.x + ((x + 0.5) / job.image.width) * box.width, box.y + ((y + 0.5) / job.image.height) * box.height];
}

async function drag(page, job, ...places) {
  const [first, ...rest] = await Promise.all(places.map(([x, y]) => place(page, job, x, y)));
  await page.mouse.move(...first);
  await page.mouse.down();
  for (const next of rest) await page.mouse.move(...next, { steps: 6 });
  await page.mouse.up();
}

async function save(page) {
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/^Saved: [\d,]+ pixels? changed\.$/).waitFor(patience);
}

test('a result is painted over, erased, filled, picked, undone and done again, and the corrected mask is shown from then on', async t => {
  const job = await made();
  const own = await maskOf(job, 'mask');
  const page = await open(t, `#/jobs/${job.id}`);
  await shown(page);
  await page.getByRole('link', { name: 'Correct', exact: true }).click();
  await canvas(page).waitFor(patience);
  await facts(page).getByText('As the model saw it').waitFor(patience);
  assert.ok(await page.getByRole('button', { name: 'Save', exact: true }).isDisabled());
  const before = await canvasPicture(page);

  await radio(page, 'car').check();
  await page.getByLabel('Size').fill('55');
  await drag(page, job, [200, 100], [400, 100], [400, 160]);
  await said(page, /[\d,]+ pixels now car/);
  const painted = await numberOf(page);
  assert.ok(painted > 1000, `${painted}`);
  const brushed = await canvasShows(page, before, false, 'the paint is shown');
  await picture(page, 'correct');
  await accessible(page, 'correct');

  await tool(page, 'Eraser').click();
  await drag(page, job, [380, 60], [420, 200]);
  const erased = await numberOf(page);
  assert.ok(erased < painted && erased > 0, `${erased} of ${painted}`);

  const [x, y] = await place(page, job, 250, 100);
  await tool(page, 'Pick').click();
  await radio(page, 'road').check();
  await tool(page, 'Pick').click();
  await page.mouse.click(x, y);
  assert.ok(await radio(page, 'car').isChecked(), 'the class under the pointer is taken');

  await radio(page, 'unknown').check();
  await tool(page, 'Fill').click();
  await page.mouse.click(x, y);
  await said(page, /[\d,]+ pixels now unknown/);
  assert.equal(await numberOf(page), erased, 'what was changed is another class, and nothing else is');
  for (const wanted of [erased, painted, 0]) {
    await page.keyboard.press('Control+z');
    assert.equal(await numberOf(page), wanted);
  }
  assert.ok(await page.getByRole('button', { name: 'Undo' }).isDisabled());
  await canvasShows(page, brushed, false, 'it is undone');
  for (const wanted of [painted, erased, erased]) {
    await page.getByRole('button', { name: 'Redo' }).click();
    assert.equal(await numberOf(page), wanted);
  }

  await page.getByLabel('Your name').fill('Ana');
  await save(page);
  await picture(page, 'correct-saved');
  await accessible(page, 'correct saved');
  const reviewed = await maskOf(job, 'review');
  const differing = reviewed.ids.reduce((sum, id, at) => sum + (id === own.ids[at] ? 0 : 1), 0);
  assert.equal(differing, erased);
  assert.equal(reviewed.at(250, 100), 255);
  assert.equal(reviewed.at(400, 130), own.at(400, 130), 'what was erased is the model’s again');
  const { review } = await (await fetch(`${PAGE}v1/jobs/${job.id}`)).json();
  assert.deepEqual([review.by, review.changed, review.unknown], ['Ana', erased, reviewed.ids.filter(id => id === 255).length]);

  await page.reload();
  await facts(page).getByText(/changed, saved by Ana on/).waitFor(patience);
  assert.equal(await numberOf(page), erased);
  await page.getByRole('link', { name: 'Back to the result' }).click();
  await page.getByText(/By Ana on .* pixels changed/).waitFor(patience);
  await shown(page);
  const corrected = await canvasPicture(page);
  await picture(page, 'corrected');
  await accessible(page, 'corrected');
  await page.getByRole('checkbox', { name: 'Show the model’s own mask' }).check();
  await canvasShows(page, corrected, false, 'the model’s own mask is shown');
  await page.getByRole('button', { name: 'Take back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
  await page.getByText('Not quite right?').waitFor(patience);
  assert.equal(await maskOf(job, 'review'), null);
});

test('all of it goes by the keyboard alone, and is said', async t => {
  const job = await made();
  const own = await maskOf(job, 'mask');
  const page = await correct(t, job);
  await page.keyboard.press('Tab');
  for (let steps = 0; steps < 60 && await page.evaluate(() => document.activeElement.tagName !== 'CANVAS'); steps++) {
    await page.keyboard.press('Tab');
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.activeElement.matches('.paints input') ? document.activeElement.closest('label') : document.activeElement).outlineStyle), 'none', 'the focus is seen');
  }
  await page.keyboard.type('1');
  await said(page, /^Paint sky$/);
  await page.keyboard.type('0');
  await page.waitForTimeout(1000);
  await page.keyboard.type('0');
  await said(page, /^Paint unknown$/);
  await page.keyboard.press('.');
  const first = await page.evaluate(() => document.getElementById('announcer').textContent);
  assert.equal(first, 'Paint sky');
  await page.keyboard.press(',');
  await said(page, /^Paint unknown$/);
  for (let i = 0; i < 12; i++) await page.keyboard.press('[');
  await said(page, /^Brush of 1 pixel$/);
  await page.keyboard.press('r');
  await said(page, /across, \d+ down$/);
  const [, x, y] = /(\d+) across, (\d+) down/.exec(await page.evaluate(() => document.getElementById('announcer').textContent)).map(Number);
  await page.keyboard.press('Enter');
  await said(page, /^1 pixel now unknown$/);
  await page.keyboard.down('Space');
  for (let i = 0; i < 5; i++) await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.up('Space');
  await said(page, /^5 pixels now unknown$/);
  assert.equal(await numberOf(page), 6);
  await page.keyboard.press('e');
  await page.keyboard.press('Enter');
  assert.equal(await numberOf(page), 5);
  await page.keyboard.press('Control+z');
  assert.equal(await numberOf(page), 6);
  await page.keyboard.press('Control+Shift+z');
  assert.equal(await numberOf(page), 5);
  const whole = await page.locator('.zoom-text').innerText();
  await page.keyboard.press('+');
  assert.notEqual(await page.locator('.zoom-text').innerText(), whole);
  for (let i = 0; i < 30; i++) await page.keyboard.press('ArrowRight');
  const ring = await page.locator('.ring').boundingBox();
  const box = await canvas(page).boundingBox();
  assert.ok(ring.x > box.x && ring.x < box.x + box.width, 'the view follows the brush');
  await picture(page, 'correct-keyboard');
  await page.keyboard.press('Home');
  assert.equal(await page.locator('.zoom-text').innerText(), whole);
  await page.keyboard.press('c');
  assert.ok(await page.getByLabel('Show changes').isChecked());
  await page.keyboard.press('i');
  await page.keyboard.press('Space');
  await page.keyboard.press('f');
  await page.waitForTimeout(1000);
  await page.keyboard.type('0');
  await page.keyboard.press('Enter');
  await said(page, /pixels now unknown$/);
  await page.keyboard.press('Control+z');
  await page.keyboard.press('Control+s');
  await page.getByText(/^Saved: 5 pixels changed\.$/).waitFor(patience);
  const reviewed = await maskOf(job, 'review');
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6].map(step => reviewed.at(x + step, y)), [255, 255, 255, 255, 255, own.at(x + 5, y), own.at(x + 6, y)]);
});

test('what is not saved is asked about, and survives leaving, reloading and closing', async t => {
  const job = await made();
  const page = await correct(t, job);
  await radio(page, 'tree').check();
  await drag(page, job, [300, 300], [420, 320]);
  const painted = await numberOf(page);
  await page.getByRole('link', { name: 'Back to the result' }).click();
  await page.getByRole('heading', { name: 'Leave without saving?' }).waitFor();
  await picture(page, 'correct-leave', false);
  await accessible(page, 'leave without saving');
  await page.getByRole('button', { name: 'Stay' }).click();
  assert.equal(await numberOf(page), painted);
  await page.waitForTimeout(1500);
  const asked = page.waitForEvent('dialog', patience);
  const again = page.reload();
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.accept();
  await again;
  await page.getByText(/were not saved; they are shown again/).waitFor(patience);
  assert.equal(await numberOf(page), painted);
  await picture(page, 'correct-draft');
  await accessible(page, 'draft');
  await page.getByRole('button', { name: 'Discard them' }).click();
  assert.equal(await numberOf(page), 0);

  // Gone by the link: kept, too.
  await radio(page, 'tree').check();
  await drag(page, job, [300, 300], [350, 320]);
  const second = await numberOf(page);
  await page.getByRole('link', { name: 'Back to the result' }).click();
  await page.getByRole('button', { name: 'Leave' }).click();
  await page.getByRole('link', { name: 'Correct', exact: true }).click(patience);
  await page.getByText(/were not saved; they are shown again/).waitFor(patience);
  assert.equal(await numberOf(page), second);
  await save(page);
  await page.reload();
  await facts(page).getByText(/saved by/).waitFor(patience);
  assert.equal(await page.getByText('were not saved').count(), 0);
});

test('of two people who correct one photo at once neither overwrites the other unseen', async t => {
  const job = await made();
  const [ana, ben] = [await correct(t, job), await correct(t, job)];
  for (const [page, name, at] of [[ana, 'Ana', [200, 200]], [ben, 'Ben', [500, 200]]]) {
    await radio(page, 'tree').check();
    await drag(page, job, at, [at[0] + 60, at[1] + 10]);
    await page.getByLabel('Your name').fill(name);
  }
  await save(ana);
  const hers = await maskOf(job, 'review');
  const his = await numberOf(ben);
  await ben.getByRole('button', { name: 'Save', exact: true }).click();
  await ben.getByText(/Ana saved another version on .* pixels changed\. Yours is not saved yet\./).waitFor(patience);
  await picture(ben, 'correct-conflict');
  await accessible(ben, 'conflict');
  assert.deepEqual((await maskOf(job, 'review')).ids, hers.ids);
  await ben.getByRole('button', { name: 'Look at theirs' }).click();
  await ben.getByText('What was saved is shown. Undo brings yours back.').waitFor(patience);
  assert.notEqual(await numberOf(ben), his);
  await ben.getByRole('button', { name: 'Undo' }).click();
  assert.equal(await numberOf(ben), his);
  await save(ben);
  assert.equal((await (await fetch(`${PAGE}v1/jobs/${job.id}`)).json()).review.by, 'Ben');

  // And hers is asked about in turn, and replaced at her word.
  await drag(ana, job, [200, 260], [260, 270]);
  await ana.getByRole('button', { name: 'Save', exact: true }).click();
  await ana.getByRole('button', { name: 'Replace it with mine' }).click(patience);
  await ana.getByText(/^Saved:/).waitFor(patience);
  assert.equal((await (await fetch(`${PAGE}v1/jobs/${job.id}`)).json()).review.by, 'Ana');
});

test('what cannot be saved is told and can be tried again, and what cannot be corrected says so', async t => {
  const job = await made();
  const page = await correct(t, job, { broken: true });
  await radio(page, 'tree').check();
  await drag(page, job, [300, 300], [420, 320]);
  await page.route('**/review*', route => route.request().method() === 'PUT' ? route.abort() : route.continue(), { times: 1 });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText('It could not be saved. The service cannot be reached.').waitFor(patience);
  await accessible(page, 'not saved');
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByText(/^Saved:/).waitFor(patience);
  await page.goto(`${PAGE}#/jobs/nothing/correct`);
  await page.getByRole('heading', { name: 'This cannot be corrected here' }).waitFor(patience);
  await accessible(page, 'no such job to correct');
});

test('a photo of 12 megapixels is corrected without waiting', async t => {
  const job = await made(LARGE);
  assert.deepEqual([job.image.width, job.image.height], [4000, 3000]);
  const own = await maskOf(job, 'mask');
  const page = await correct(t, job);
  await radio(page, 'tree').check();
  await page.evaluate(() => {
    globalThis.longest = 0;
    new PerformanceObserver(list => { for (const { duration } of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, duration); }).observe({ type: 'longtask' });
  });
  await page.getByLabel('Size').fill('100');
  await drag(page, job, [500, 500], [3500, 600], [3500, 2500], [600, 2400]);
  const painted = await numberOf(page);
  assert.ok(painted > 1_000_000, `${painted}`);
  const stroke = await page.evaluate(() => globalThis.longest);
  await tool(page, 'Fill').click();
  await radio(page, 'car').check();
  await page.mouse.click(...await place(page, job, 3000, 600));
  await said(page, /[\d,]+ pixels now car/);
  t.diagnostic(`longest task of a stroke of a thousand pixels ${stroke} ms, with the fill ${await page.evaluate(() => globalThis.longest)} ms`);
  await picture(page, 'correct-large');
  await page.getByRole('button', { name: 'Zoom in' }).click();
  await page.getByRole('button', { name: 'Back to the model’s mask' }).click();
  assert.equal(await numberOf(page), 0);
  await page.getByRole('button', { name: 'Undo' }).click();
  await save(page);
  const reviewed = await maskOf(job, 'review');
  assert.equal(reviewed.ids.reduce((sum, id, at) => sum + (id === own.ids[at] ? 0 : 1), 0), await numberOf(page));
  await page.reload();
  await facts(page).getByText(/saved by/).waitFor(patience);
});

test('fingers paint, two of them zoom and paint nothing, and beside a pen fingers only move', async t => {
  const job = await made();
  const page = await correct(t, job, { viewport: { width: 390, height: 800 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  const client = await page.context().newCDPSession(page);
  const touch = (type, ...points) => client.send('Input.dispatchTouchEvent', { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  await radio(page, 'tree').check();
  await canvas(page).scrollIntoViewIfNeeded();
  await page.evaluate(() => scrollTo(0, document.querySelector('.frame').getBoundingClientRect().top + scrollY - 60));
  const spot = async (x, y) => place(page, job, x, y);
  const [a, b, c] = [await spot(200, 200), await spot(400, 250), await spot(600, 450)];
  await touch('touchStart', a);
  await touch('touchMove', b);
  await touch('touchEnd');
  const painted = await numberOf(page);
  assert.ok(painted > 500, `${painted}`);
  await picture(page, 'correct-touch', false);

  // Where nothing was painted yet.
  const fresh = await spot(250, 450);
  await touch('touchStart', fresh);
  await touch('touchStart', fresh, c);
  await touch('touchMove', [fresh[0] - 40, fresh[1] - 30], [c[0] + 40, c[1] + 30]);
  await touch('touchEnd');
  assert.equal(await numberOf(page), painted, 'what the first of two fingers began is not meant');
  assert.ok(Number.parseInt(await page.locator('.zoom-text').innerText(), 10) > 120);

  // With a tool that acts at a place, too: a pinch or a drag moves the photo, a tap fills.
  await tool(page, 'Fill').click();
  await touch('touchStart', fresh);
  await touch('touchStart', fresh, c);
  await touch('touchMove', [fresh[0] + 20, fresh[1] + 20], [c[0] - 20, c[1] - 20]);
  await touch('touchEnd');
  await touch('touchStart', fresh);
  await touch('touchMove', [fresh[0] + 30, fresh[1]]);
  await touch('touchEnd');
  assert.equal(await numberOf(page), painted);
  await touch('touchStart', fresh);
  await touch('touchEnd');
  const filled = await numberOf(page);
  assert.ok(filled > painted, `${filled}`);
  await page.keyboard.press('Control+z');
  await tool(page, 'Brush').click();

  // As a pen's driver sends it.
  const pen = (type, [clientX, clientY], more = {}) => canvas(page).dispatchEvent(type, { pointerId: 77, pointerType: 'pen', isPrimary: true, bubbles: true, clientX, clientY, buttons: 1, button: 0, ...more });
  await page.evaluate(() => { Element.prototype.setPointerCapture = () => {}; });
  await page.getByRole('button', { name: 'Fit the photo' }).click();
  await pen('pointerdown', c);
  await pen('pointermove', [c[0] - 60, c[1]]);
  await pen('pointerup', [c[0] - 60, c[1]], { buttons: 0 });
  const written = await numberOf(page);
  assert.ok(written > painted, 'a pen paints');
  await touch('touchStart', a);
  await touch('touchMove', c);
  await touch('touchEnd');
  assert.equal(await numberOf(page), written, 'a hand that lies on the screen paints nothing');
  await pen('pointerdown', c, { button: 5, buttons: 32 });
  await pen('pointermove', [c[0] - 60, c[1]], { buttons: 32 });
  await pen('pointerup', [c[0] - 60, c[1]], { buttons: 0 });
  assert.equal(await numberOf(page), painted, 'its back erases');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByText(/^Saved:/).waitFor(patience);
});

test('correcting fits phones, in light and dark', async t => {
  const job = await made();
  for (const [name, width, colorScheme] of [['320', 320, 'light'], ['390', 390, 'light'], ['390-dark', 390, 'dark'], ['1280-dark', 1280, 'dark']]) {
    const phone = width < 500;
    const page = await correct(t, job, { viewport: { width, height: phone ? 740 : 800 }, colorScheme, ...(phone ? { deviceScaleFactor: 2, hasTouch: true, isMobile: true } : {}) });
    assert.equal(await overflow(page), 0, name);
    await picture(page, `correct-${name}`);
    await accessible(page, `correct ${name}`);
  }
});

test('the list of photos to review tells and shows which are corrected', async t => {
  const job = await made();
  const editor = await correct(t, job);
  await radio(editor, 'tree').check();
  await drag(editor, job, [300, 300], [420, 320]);
  await save(editor);
  // Photos of other stories stand in the same list: nothing is less sure than 0 or differs on more than all of it.
  const page = await open(t, '#/review?below=0&above=100');
  await page.getByText('No photo is in doubt by these measures.').waitFor(patience);
  await page.getByLabel('Show', { exact: true }).selectOption('Corrected');
  const card = page.locator('.gallery li').filter({ has: page.locator(`a[href="#/jobs/${job.id}"]`) });
  await card.getByText('Corrected by a person').waitFor(patience);
  assert.match(page.url(), /reviewed=true/);
  await accessible(page, 'corrected photos');
  await page.goto(`${PAGE}#/jobs`);
  await card.getByText('done, corrected').waitFor(patience);
});
