// The way back on the page: photos that the model does badly on are looked at, downloaded to be labelled, and uploaded as a data set. Beside what story.mjs takes:
//   KEY  the key of an operator, of whom there is the job seen-twice.jpg, which a new version saw differently
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { accessible, open, overflow, PAGE, patience, picture, shown, street } from './browser.mjs';

const { KEY } = process.env;
const root = await mkdtemp(join(tmpdir(), 'roadseg-review-'));
after(() => rm(root, { recursive: true }));

// Bytes behind its end make each file a photo of its own.
const photo = await readFile(street);
const jobs = [];
for (let at = 0; at < 5; at++) {
  const answer = await fetch(`${PAGE}v1/jobs?fileName=lane-${at}.jpg`, {
    method: 'POST', headers: { 'Content-Type': 'image/jpeg', Prefer: 'wait=60', 'x-functions-key': KEY }, body: Buffer.concat([photo, Buffer.alloc(at + 1)]),
  });
  jobs.push(await answer.json());
}

const card = (page, name) => page.locator('.gallery li', { hasText: name });
const save = page => page.getByRole('button', { name: 'Download to label' });
const python = (script, ...more) => {
  const ran = spawnSync('python3', ['-c', script, ...more], { encoding: 'utf8' });
  assert.equal(ran.status, 0, ran.stderr);
  return ran.stdout.trim();
};
const names = archive => python('import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("\\n".join(z.namelist()))', archive).split('\n');

test('photos in doubt are shown with the reason, and by what measure is kept in the address', async t => {
  const page = await open(t, '#/datasets');
  await page.getByRole('link', { name: 'Photos to review' }).click();
  await card(page, 'seen-twice.jpg').getByText(/A new version, of .*2099.*, sees 42\.3 % of it differently/).waitFor(patience);
  await page.getByLabel('Confidence below').fill('100');
  await page.getByLabel('Confidence below').press('Enter');
  await card(page, 'lane-4.jpg').getByText(/Unsure: confidence \d\d\.\d % on average, least on \w+/).waitFor(patience);
  await page.waitForFunction(() => document.querySelectorAll('canvas.painted').length >= 6, null, patience);
  assert.match(page.url(), /#\/review\?below=100$/);
  await picture(page, 'review');
  await accessible(page, 'review');
  await page.reload();
  await card(page, 'lane-4.jpg').waitFor(patience);

  await page.getByLabel('Confidence below').fill('0');
  await page.getByLabel('Seen differently').fill('90');
  await page.getByLabel('Seen differently').press('Enter');
  await page.getByText('No photo is in doubt by these measures.').waitFor(patience);
  await accessible(page, 'nothing to review');
});

test('the list goes on page by page, and is found as it was left with what was chosen', async t => {
  const page = await open(t, '#/review?below=100');
  await card(page, 'lane-0.jpg').waitFor(patience);
  await page.route(/\/v1\/review\?/, async route => {
    const asked = new URL(route.request().url());
    asked.searchParams.set('limit', '2');
    return route.continue({ url: asked.href });
  });
  await page.reload();
  const more = page.getByRole('button', { name: 'Show more' });
  await card(page, 'lane-3.jpg').waitFor(patience);
  assert.equal(await card(page, 'lane-1.jpg').count(), 0);
  await more.click();
  await card(page, 'lane-1.jpg').waitFor(patience);
  await page.getByRole('checkbox', { name: 'Select lane-2.jpg' }).check();
  await card(page, 'lane-1.jpg').getByRole('link').click();
  await shown(page);
  await page.goBack();
  await card(page, 'lane-1.jpg').waitFor(patience);
  assert.ok(await page.getByRole('checkbox', { name: 'Select lane-2.jpg' }).isChecked());
  await page.getByText('1 selected').waitFor();
});

test('chosen photos are downloaded to be labelled, and the corrected archive is uploaded as a data set', async t => {
  const page = await open(t, '#/review?below=100');
  await card(page, 'lane-0.jpg').waitFor(patience);
  await page.getByRole('checkbox', { name: 'Select lane-0.jpg' }).focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Select all shown' }).press('Enter');
  await page.getByText('6 selected').waitFor();
  await page.getByRole('checkbox', { name: 'Select lane-1.jpg' }).uncheck();
  await picture(page, 'review-selected', false);
  await accessible(page, 'review selection');
  const name = page.getByLabel('Data set', { exact: true });
  await name.fill('Autumn!');
  await save(page).click();
  await page.getByText('A data set is called 1 to 63').waitFor(patience);
  await name.fill('autumn');
  const [file] = await Promise.all([page.waitForEvent('download', patience), save(page).click()]);
  assert.equal(file.suggestedFilename(), 'autumn.zip');
  await page.getByText('5 photos downloaded with their masks.').waitFor(patience);
  await accessible(page, 'review downloaded');
  await file.saveAs(join(root, 'autumn.zip'));
  const inside = names(join(root, 'autumn.zip'));
  assert.equal(inside.length, 11);
  assert.ok(inside.includes(`masks/${jobs[0].id}.png`) && !inside.includes(`masks/${jobs[1].id}.png`));

  // As a person packs it who unpacked it into a folder.
  python(`
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z, zipfile.ZipFile(sys.argv[2], 'w', zipfile.ZIP_DEFLATED) as to:
    for name in z.namelist(): to.writestr('autumn/' + name, z.read(name))
`, join(root, 'autumn.zip'), join(root, 'corrected.zip'));
  await page.locator('.selection').getByRole('link', { name: 'upload the corrected archive' }).click();
  await page.locator('.upload input[type=file]').nth(1).setInputFiles(join(root, 'corrected.zip'));
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'autumn');
  await page.getByText('Its own dataset.json describes it: layout pairs.').waitFor(patience);
  await page.getByRole('button', { name: 'Upload', exact: true }).click();
  await page.waitForURL(/#\/datasets\/autumn$/, patience);
  await page.locator('.page-head').getByText('ready', { exact: true }).waitFor(patience);
  assert.match(await page.locator('.wholes').first().innerText(), /Usable images\s+5/);
});

test('a photo that is gone is told, and a download that fails can be repeated', async t => {
  const page = await open(t, '#/review?below=100', { broken: true });
  await card(page, 'lane-3.jpg').waitFor(patience);
  for (const name of ['lane-2.jpg', 'lane-3.jpg']) await page.getByRole('checkbox', { name: `Select ${name}` }).check();
  await page.route('**/v1/review/export?**', route => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"It is busy."}' }), { times: 1 });
  await save(page).click();
  await page.getByText('It is busy.').waitFor(patience);
  await picture(page, 'review-busy', false);
  const gone = await fetch(`${PAGE}v1/jobs/${jobs[3].id}?erase=true`, { method: 'DELETE', headers: { 'x-functions-key': KEY } });
  assert.equal(gone.status, 204);
  const [file] = await Promise.all([page.waitForEvent('download', patience), save(page).click()]);
  await page.getByText('1 of 2 photos downloaded with their masks: of the others the photo is no longer kept').waitFor(patience);
  await file.saveAs(join(root, 'one.zip'));
  assert.equal(names(join(root, 'one.zip')).length, 3);

  await page.route(/\/v1\/review\?/, route => route.fulfill({ status: 400, contentType: 'application/problem+json', body: '{"detail":"The list cannot be read."}' }));
  await page.reload();
  await page.getByText('The list cannot be read.').waitFor(patience);
});

test('reviewing fits phones, in light and dark', async t => {
  for (const [name, width, colorScheme] of [['320', 320, 'light'], ['390', 390, 'light'], ['390-dark', 390, 'dark']]) {
    const page = await open(t, '#/review?below=100', { viewport: { width, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });
    await page.locator('canvas.painted').first().waitFor(patience);
    await picture(page, `phone-review-${name}`);
    await page.getByRole('checkbox').first().check();
    assert.equal(await overflow(page), 0, name);
    await picture(page, `phone-review-selected-${name}`, false);
    await accessible(page, `phone review ${name}`);
    await page.goto(`${PAGE}#/datasets`);
    await page.getByRole('link', { name: 'Photos to review' }).waitFor(patience);
    assert.equal(await overflow(page), 0, `data sets ${name}`);
  }
});
