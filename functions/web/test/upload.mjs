// Bringing a data set into the service by the page. Beside what story.mjs takes:
//   KEY  the key of an operator; who has none is a caller that may not upload
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { accessible, open, overflow, PAGE, patience, picture } from './browser.mjs';

const { KEY } = process.env;
const root = await mkdtemp(join(tmpdir(), 'roadseg-sets-'));
after(() => rm(root, { recursive: true }));

const put = async (path, content) => {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
};

function png(width, height, channels, value) {
  const rows = Buffer.alloc(height * (1 + width * channels));
  for (let y = 0; y < height; y++) for (let x = 0; x < width * channels; x++) rows[y * (1 + width * channels) + 1 + x] = value(Math.floor(x / channels), y, x % channels);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, channels === 3 ? 2 : 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

let seed = 1;
const noise = () => (seed = (seed * 48271) % 0x7fffffff) & 255;
const image = () => png(80, 60, 3, noise);
const labels = png(80, 60, 1, (x, y) => (y < 25 ? 0 : x < 40 ? 3 : 4));

// A set in CamVid's form.
async function camvid(folder, images = 4) {
  for (const [split, count] of [['train', images], ['val', 2], ['test', 1]]) {
    for (let at = 0; at < count; at++) {
      await put(`${folder}/${split}/${split}_${at}.png`, image());
      await put(`${folder}/${split}annot/${split}_${at}.png`, labels);
    }
  }
}

// A set that describes itself, as the review list exports one.
async function own(folder, name) {
  for (let at = 0; at < 6; at++) {
    await put(`${folder}/images/${at}.png`, image());
    await put(`${folder}/masks/${at}.png`, labels);
  }
  await put(`${folder}/dataset.json`, JSON.stringify({
    name, layout: 'pairs', patterns: { image: 'images/{id}.{ext}', mask: 'masks/{id}.png' },
    labels: { classes: [{ name: 'sky' }, { name: 'road' }, { name: 'pavement' }], encoding: 'id', map: { 0: 'sky', 3: 'road', 4: 'pavement' } },
  }));
}

// By another program than the page's own.
function pack(folder, archive, inside = '', padding = 0) {
  const made = spawnSync('python3', ['-c', `
import os, sys, zipfile
folder, archive, inside, padding = sys.argv[1:]
with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as z:
    if int(padding): z.writestr(zipfile.ZipInfo('padding.bin'), os.urandom(int(padding)))
    for at, _, names in os.walk(folder):
        for name in names: z.write(os.path.join(at, name), inside + os.path.relpath(os.path.join(at, name), folder))
`, join(root, folder), join(root, archive), inside, String(padding)], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
}

const ofStorage = ({ origin }) => origin !== new URL(PAGE).origin;
const folderField = page => page.locator('.upload input[type=file]').first();
const zipField = page => page.locator('.upload input[type=file]').nth(1);
const ready = async (page, name) => {
  await page.waitForURL(new RegExp(`#/datasets/${name}$`), patience);
  await page.locator('.page-head').getByText('ready', { exact: true }).waitFor(patience);
};
const upload = page => page.getByRole('button', { name: 'Upload', exact: true });
const phones = [['320', 320, 'light'], ['390', 390, 'light'], ['390-dark', 390, 'dark']];
const phone = (width, colorScheme) => ({ viewport: { width, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });

await camvid('Old Town');
await put('Old Town/.DS_Store', 'of Finder');
await own('self/look', 'look');
await put('empty/.keep', '');

test('a folder is named, uploaded, and its check followed to the report', async t => {
  const page = await open(t, '#/datasets');
  await page.getByRole('link', { name: 'Upload a data set' }).click();
  await page.getByRole('heading', { level: 1, name: 'Upload a data set' }).waitFor(patience);
  assert.equal(await page.getByRole('link', { name: 'Data sets' }).first().getAttribute('aria-current'), 'true');
  await picture(page, 'upload-start');
  await accessible(page, 'upload start');
  await folderField(page).setInputFiles(join(root, 'Old Town'));
  // Of what Finder leaves nothing is sent.
  await page.locator('.upload').getByText('14 files').waitFor(patience);
  const name = page.getByLabel('Name', { exact: true });
  assert.equal(await name.inputValue(), 'old-town');
  await page.getByLabel('Layout').selectOption('camvid');
  await page.getByText('train/x.png beside trainannot/x.png').waitFor();
  await picture(page, 'upload-chosen');
  await accessible(page, 'upload chosen');

  const sent = [];
  page.on('request', request => request.method() === 'PUT' && sent.push(decodeURIComponent(new URL(request.url()).pathname).split('/').slice(3).join('/')));
  await name.fill('Old Town');
  await upload(page).click();
  await page.getByText('A data set is called 1 to 63 of the letters a to z').waitFor(patience);
  await accessible(page, 'bad name');
  assert.deepEqual(sent, []);
  await name.fill('old-town');
  await name.press('Enter');
  await ready(page, 'old-town');
  await page.getByRole('heading', { name: 'Findings' }).waitFor(patience);
  assert.equal(sent.length, 15);
  assert.equal(sent.at(-1), 'old-town/dataset.json', 'its arrival says that all are there');
  assert.match(await page.locator('.wholes').first().innerText(), /7/);
  await page.goBack();
  await page.waitForURL(/#\/datasets$/, patience);
});

test('who is no operator is told so, and goes on with an operator’s key', async t => {
  const page = await open(t, '#/upload', { keyless: true });
  await folderField(page).setInputFiles(join(root, 'self'));
  await page.getByText('Its own dataset.json describes it: layout pairs.').waitFor(patience);
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'look');
  await page.getByLabel('Name', { exact: true }).fill('look-by-folder');
  await upload(page).click();
  await page.getByText(/may not change models, data sets or training runs\. Ask an operator/).waitFor(patience);
  await picture(page, 'upload-no-operator', false);
  await accessible(page, 'no operator');
  await page.getByRole('button', { name: 'Use another key' }).click();
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: 'Use key' }).click();
  await ready(page, 'look-by-folder');
});

test('an archive that describes itself in a folder of its own is uploaded into a set that is there', async t => {
  pack('self/look', 'corrected.zip', 'corrected/');
  const page = await open(t, '#/upload?name=look-by-folder');
  await zipField(page).setInputFiles(join(root, 'corrected.zip'));
  await page.getByText('Its own dataset.json describes it').waitFor(patience);
  await page.getByLabel('Name', { exact: true }).fill('look-by-zip');
  await upload(page).click();
  await ready(page, 'look-by-zip');
  await page.getByText('Usable images').waitFor(patience);
  assert.match(await page.locator('.wholes').first().innerText(), /Usable images\s+6/);

  await page.goto(`${PAGE}#/upload?name=look-by-zip`);
  await zipField(page).setInputFiles(join(root, 'corrected.zip'));
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'look-by-zip');
  await upload(page).click();
  const dialog = page.getByRole('dialog', { name: 'There is a data set look-by-zip already' });
  await dialog.waitFor(patience);
  await accessible(page, 'upload into');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  assert.match(page.url(), /#\/upload/);
  await upload(page).click();
  await dialog.getByRole('button', { name: 'Upload into it' }).click();
  // What is known of the drop before does not pass for the new one.
  await ready(page, 'look-by-zip');
});

test('a set goes back to a labelling tool, and what has changed since another version is told', async t => {
  // The same photos in the same archive, one of them under other labels.
  await put('self/look/masks/0.png', png(80, 60, 1, () => 3));
  pack('self/look', 'corrected.zip', 'corrected/');
  const page = await open(t, '#/upload?name=look-by-zip');
  await zipField(page).setInputFiles(join(root, 'corrected.zip'));
  await page.getByLabel('Name', { exact: true }).fill('look-by-zip');
  await upload(page).click();
  await page.getByRole('dialog', { name: 'There is a data set look-by-zip already' }).getByRole('button', { name: 'Upload into it' }).click();
  await ready(page, 'look-by-zip');
  await page.getByRole('heading', { name: 'For a labelling tool' }).waitFor(patience);
  await page.getByLabel('Tool').selectOption('coco');
  const [archive] = await Promise.all([page.waitForEvent('download', patience), page.getByRole('button', { name: 'Download for it' }).click()]);
  assert.equal(archive.suggestedFilename(), 'look-by-zip-coco.zip');

  assert.equal(await page.getByLabel('Since version').locator('option').count(), 1);
  const [changes] = await Promise.all([page.waitForEvent('download', patience), page.getByRole('button', { name: 'Download the comparison' }).click()]);
  assert.equal(changes.suggestedFilename(), 'look-by-zip-changes.html');
  const told = await readFile(await changes.path(), 'utf8');
  assert.match(told, /relabelled/);
  await accessible(page, 'data set, its versions');
});

test('an operator has the model look for wrong labels, and sees where', async t => {
  const page = await open(t, '#/datasets/old-town');
  await page.getByRole('button', { name: 'Look for wrong labels' }).click();
  const regions = page.locator('.disputed > li');
  await regions.first().waitFor(patience);
  // Noise is labelled as things: the model sees none of them.
  assert.match(await regions.first().innerText(), /1\. (sky|road|pavement), likely [a-z-]+/);
  await regions.first().locator('img').waitFor(patience);
  assert.match(await page.locator('.part .wholes').innerText(), /Disputed/);
  await picture(page, 'dataset-audit');
  await accessible(page, 'audit');

  // Who comes later finds it as it was left; on a phone it fits.
  const small = await open(t, '#/datasets/old-town', phone(390, 'dark'));
  await small.locator('.disputed > li img').first().waitFor(patience);
  assert.equal(await overflow(small), 0);
  await picture(small, 'dataset-audit-phone');
});

test('what cannot be a data set is refused before anything is sent', async t => {
  await put('nothing.zip', '');
  await put('torn.zip', 'PK\x03\x04 and no end');
  await put('beside.png', image());
  await put('odd/dataset.json', '{"layout": ');
  await put('odd/a.png', image());
  const page = await open(t, '#/upload');
  const refused = async (field, paths, words) => {
    await field.setInputFiles(paths);
    await page.getByRole('alert').filter({ hasText: words }).waitFor(patience);
    assert.equal(await upload(page).count(), 0);
    await accessible(page, String(words));
  };
  await refused(folderField(page), join(root, 'empty'), 'This folder is empty. Choose the one that holds the images and their masks.');
  await picture(page, 'upload-empty', false);
  await refused(zipField(page), [join(root, 'nothing.zip')], 'nothing.zip: It is empty. Pack it again, and choose that.');
  await refused(zipField(page), [join(root, 'torn.zip')], 'torn.zip: It is no zip, or was cut short.');
  await refused(zipField(page), [join(root, 'torn.zip'), join(root, 'beside.png')], 'beside.png is neither');
  await refused(folderField(page), join(root, 'odd'), 'Its dataset.json is not well-formed JSON.');
});

test('empty files are named, and left out where that is wanted', async t => {
  await camvid('holes');
  await put('holes/train/cut.png', '');
  await put('holes/trainannot/cut.png', '');
  const page = await open(t, '#/upload');
  await folderField(page).setInputFiles(join(root, 'holes'));
  await page.getByText(/2 files are empty, of 0 bytes: .*train\/cut\.png/).waitFor(patience);
  assert.equal(await upload(page).count(), 0);
  await picture(page, 'upload-holes', false);
  await accessible(page, 'empty files');
  await page.getByRole('button', { name: 'Leave them out' }).click();
  await page.locator('.upload').getByText('14 files').waitFor();
  await page.getByLabel('Layout').selectOption('camvid');
  await upload(page).click();
  await ready(page, 'holes');
});

test('an upload goes on by itself when the line is back, and who leaves it is asked', async t => {
  await camvid('far', 30);
  const page = await open(t, '#/upload', { broken: true });
  await folderField(page).setInputFiles(join(root, 'far'));
  await page.getByLabel('Layout').selectOption('camvid');
  const sent = new Map();
  let away = false;
  await page.route(ofStorage, route => {
    const path = new URL(route.request().url()).pathname;
    if (route.request().method() !== 'PUT') return route.continue();
    if (away) return route.abort();
    sent.set(path, (sent.get(path) ?? 0) + 1);
    away = sent.size === 12;
    return route.continue();
  });
  await upload(page).click();
  await page.getByText('Storage cannot be reached. What is there stays there, and the rest goes on by itself.').waitFor(patience);
  await page.getByText(/^\d+ of 67 files/).waitFor();
  await picture(page, 'upload-broken');
  await accessible(page, 'broken upload');
  const asked = page.waitForEvent('dialog', patience);
  const leaving = page.reload().catch(() => undefined);
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.dismiss();
  await leaving;

  // Another view of the page may be looked at meanwhile.
  await page.getByRole('link', { name: 'Data sets' }).first().click();
  await page.getByRole('link', { name: 'Look at the upload' }).click();
  await page.getByText('Storage cannot be reached.').waitFor(patience);
  away = false;
  await page.getByRole('button', { name: 'Try now' }).click();
  await ready(page, 'far');
  assert.equal(sent.size, 67);
  assert.ok([...sent.values()].every(times => times === 1), 'what is there is not sent twice');
});

test('an upload is stopped and goes on, and a file that storage refuses is named and tried again', async t => {
  await camvid('stubborn', 20);
  const page = await open(t, '#/upload', { broken: true });
  await folderField(page).setInputFiles(join(root, 'stubborn'));
  await page.getByLabel('Layout').selectOption('camvid');
  let [slow, stubborn] = [true, true];
  await page.route(ofStorage, async route => {
    if (stubborn && /val_1\.png/.test(route.request().url())) return route.fulfill({ status: 400, headers: { 'access-control-allow-origin': '*' } });
    if (slow) await new Promise(resolve => setTimeout(resolve, 400));
    return route.continue().catch(() => undefined);
  });
  await upload(page).click();
  await page.getByRole('button', { name: 'Stop' }).click(patience);
  await page.getByText('Stopped. What is there stays there').waitFor(patience);
  await picture(page, 'upload-stopped');
  await accessible(page, 'stopped upload');
  slow = false;
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('2 files are not there, so the check has not begun.').waitFor(patience);
  await page.getByText('val/val_1.png: storage does not take it.').waitFor();
  await picture(page, 'upload-refused');
  await accessible(page, 'refused file');
  stubborn = false;
  await page.getByRole('button', { name: 'Go on' }).click();
  await ready(page, 'stubborn');
});

test('a large archive goes in pieces, and a broken piece is sent again alone', async t => {
  pack('self/look', 'large.zip', '', 70_000_000);
  const page = await open(t, '#/upload', { broken: true });
  await zipField(page).setInputFiles(join(root, 'large.zip'));
  await page.getByLabel('Name', { exact: true }).fill('large');
  const kinds = [];
  let broken = false;
  await page.route(ofStorage, route => {
    if (route.request().method() !== 'PUT') return route.continue();
    const set = new URL(route.request().url()).searchParams;
    kinds.push(set.get('comp') ?? 'whole');
    if (broken || kinds.length !== 3) return route.continue();
    broken = true;
    return route.abort();
  });
  await upload(page).click();
  await ready(page, 'large');
  assert.deepEqual(kinds, ['block', 'block', 'block', 'block', 'block', 'block', 'blocklist', 'whole']);
});

test('a folder is dropped anywhere on the page', async t => {
  const page = await open(t, '#/upload');
  await page.getByRole('heading', { level: 1, name: 'Upload a data set' }).waitFor(patience);
  const devtools = await page.context().newCDPSession(page);
  const drop = async folder => {
    for (const type of ['dragEnter', 'dragOver', 'drop']) {
      await devtools.send('Input.dispatchDragEvent', { type, x: 700, y: 700, data: { items: [], files: [join(root, folder)], dragOperationsMask: 1 } });
      if (type === 'dragOver') assert.equal(await page.evaluate(() => getComputedStyle(document.body, '::after').content), '"Drop the data set"');
    }
  };
  await mkdir(join(root, 'void'));
  await drop('void');
  await page.getByText('This folder is empty.').waitFor(patience);
  await drop('Old Town');
  await page.locator('.upload').getByText('14 files').waitFor(patience);
  assert.equal(await page.getByLabel('Name', { exact: true }).inputValue(), 'old-town');
});

test('uploading fits phones, in light and dark', async t => {
  for (const [name, width, colorScheme] of phones) {
    const page = await open(t, '#/upload', { ...phone(width, colorScheme), broken: true });
    await folderField(page).setInputFiles(join(root, 'Old Town'));
    await page.getByLabel('Layout').selectOption('cityscapes');
    assert.equal(await overflow(page), 0, name);
    await picture(page, `phone-upload-${name}`);
    await accessible(page, `phone upload ${name}`);
    await page.route(ofStorage, route => route.abort());
    await page.getByLabel('Name', { exact: true }).fill('never-there');
    await upload(page).click();
    await page.getByText('Storage cannot be reached.').waitFor(patience);
    assert.equal(await overflow(page), 0, `sending ${name}`);
    await picture(page, `phone-sending-${name}`);
    await accessible(page, `phone sending ${name}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped.').waitFor(patience);
  }
});
