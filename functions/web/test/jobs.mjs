// Finding, deleting and following up jobs on the page. Takes what story.mjs takes, of a service that signs webhooks and may call this machine.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { accessible, open, overflow, PAGE, patience, picture, shown, street } from './browser.mjs';

const photo = await readFile(street);
// An Exif block: a Canon EOS R6 in Sydney, looking west by compass.
const taken = Buffer.from(
  'SUkqAAgAAAAEAA8BAgAGAAAAwgAAABABAgAHAAAAyAAAAGmHBAABAAAAPgAAACWIBAABAAAAXAAAAAAAAAACAAOQAgAUAAAA0AAAABGQAgAHAAAA5AAAAAAA'
  + 'AAAIAAEAAgACAAAAUwAAAAIABQADAAAA7AAAAAMAAgACAAAARQAAAAQABQADAAAABAEAAAUAAQABAAAAAAAAAAYABQABAAAAHAEAABAAAgACAAAATQAAABEA'
  + 'BQABAAAAJAEAAAAAAABDYW5vbgBFT1MgUjYAADIwMjY6MDM6MDEgMTM6MzQ6NTYAKzExOjAwAAAhAAAAAQAAADMAAAABAAAANgwAAGQAAACXAAAAAQAAAAwA'
  + 'AAABAAAANBQAAGQAAABHAgAACgAAAJsKAAAKAAAA',
  'base64');
const exif = Buffer.concat([Buffer.from('Exif\0\0'), taken]);
const located = Buffer.concat([photo.subarray(0, 2), Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]), exif, photo.subarray(2)]);
const submit = async (fileName, more = '', body = photo) => {
  const answer = await fetch(`${PAGE}v1/jobs?fileName=${fileName}${more}`, { method: 'POST', headers: { 'Content-Type': 'image/jpeg', Prefer: 'wait=60' }, body });
  const job = await answer.json();
  assert.equal(job.state, 'succeeded');
  return job;
};
const status = async id => (await fetch(`${PAGE}v1/jobs/${id}`)).status;
const cards = page => page.locator('.gallery .card-name').allInnerTexts();
const listed = (page, ...names) => page.waitForFunction(wanted => JSON.stringify([...document.querySelectorAll('.gallery .card-name')].map(one => one.textContent).sort()) === JSON.stringify(wanted), names.toSorted(), patience);
const phones = [['320', 320, 'light'], ['390', 390, 'light'], ['390-dark', 390, 'dark']];
const phone = (width, colorScheme) => ({ viewport: { width, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });

for (const [name, tag] of [['harbour-1.jpg', 'camera:front'], ['harbour-2.jpg', 'camera:rear'], ['forest.jpg', 'camera:front'], ['field.jpg', 'camera:a%20b:c']]) await submit(name, `&tag=${tag}`);

test('jobs are searched by a part of the name, a tag and days, and the address keeps the search', async t => {
  const page = await open(t, '#/jobs');
  await page.getByLabel('Name contains').fill('HARBOUR');
  await listed(page, 'harbour-1.jpg', 'harbour-2.jpg');
  await page.getByLabel('Tag').fill('camera:front');
  await listed(page, 'harbour-1.jpg');
  const today = await page.evaluate(() => new Date(Date.now() - 60_000 * new Date().getTimezoneOffset()).toISOString().slice(0, 10));
  await page.getByLabel('From').fill(today);
  await page.getByLabel('To', { exact: true }).fill(today);
  await page.waitForURL(new RegExp(`#/jobs\\?name=HARBOUR&tag=camera%3Afront&from=${today}&to=${today}$`), patience);
  await listed(page, 'harbour-1.jpg');
  await picture(page, 'search', false);
  await accessible(page, 'search');

  await page.reload();
  await listed(page, 'harbour-1.jpg');
  assert.deepEqual(await page.getByRole('search').locator('input').evaluateAll(fields => fields.map(one => one.value)), ['HARBOUR', 'camera:front', today, today]);
  await page.getByRole('link', { name: /harbour-1/ }).click();
  await shown(page);
  await page.goBack();
  await listed(page, 'harbour-1.jpg');

  await page.getByLabel('To', { exact: true }).fill('2020-01-31');
  await page.getByText('The first day lies after the last one.').waitFor(patience);
  await page.getByLabel('From').fill('2020-01-01');
  await page.getByText('No job matches.').waitFor(patience);
  await page.getByRole('button', { name: 'Clear the search' }).click();
  await page.getByText('forest.jpg').first().waitFor(patience);
  assert.equal(new URL(page.url()).hash, '#/jobs');
  await page.getByLabel('Tag').fill('camera:a b:c');
  await listed(page, 'field.jpg');
});

test('the page of a photo says when, where and with what it was taken, and of one whose place was not to be kept that it was not', async t => {
  const { id } = await submit('sydney.jpg', '', located);
  const page = await open(t, `#/jobs/${id}`);
  await shown(page);
  const section = page.getByRole('region', { name: 'The photo' });
  const facts = () => section.locator('dt, dd').allInnerTexts();
  assert.deepEqual(await facts(), ['Taken', '2026-03-01 13:34:56 (UTC +11:00)', 'Camera', 'Canon EOS R6', 'Place', '33.85868° S, 151.21437° E', 'Height', '58.3 m', 'Looking', 'west, 272° by compass']);
  await picture(page, 'captured');
  await accessible(page, 'captured');
  for (const [name, width, colorScheme] of phones) {
    const small = await open(t, `#/jobs/${id}`, phone(width, colorScheme));
    await shown(small);
    await small.getByRole('region', { name: 'The photo' }).scrollIntoViewIfNeeded();
    assert.equal(await overflow(small), 0, name);
    await picture(small, `captured-${name}`, false);
  }

  const kept = await submit('nowhere.jpg', '&privacy=no-location', located);
  const other = await open(t, `#/jobs/${kept.id}`);
  await shown(other);
  assert.deepEqual(await other.getByRole('region', { name: 'The photo' }).locator('dd').allInnerTexts(), ['2026-03-01 13:34:56 (UTC +11:00)', 'Canon EOS R6', 'Not kept, as was asked']);
});

test('a search that cannot be made says how it is written', async t => {
  const page = await open(t, '#/jobs?name=harbour&tag=front');
  await page.getByText('Write a tag as its name, a colon and its value, such as camera:front.').waitFor(patience);
  await listed(page, 'harbour-1.jpg', 'harbour-2.jpg');
  assert.equal(await page.getByLabel('Tag').getAttribute('aria-invalid'), 'true');
  await picture(page, 'search-wrong', false);
  await accessible(page, 'wrong search');
  await page.getByLabel('Tag').fill('camera:rear');
  await listed(page, 'harbour-2.jpg');
  await page.getByLabel('Tag').press('Enter');
  assert.equal(await page.getByRole('alert').count(), 0);
});

test('several jobs are deleted for good after a question, and one that cannot be stays and is named', async t => {
  const doomed = [await submit('doomed-1.jpg'), await submit('doomed-2.jpg'), await submit('doomed-3.jpg')];
  const page = await open(t, '#/jobs?name=doomed', { broken: true });
  await listed(page, 'doomed-1.jpg', 'doomed-2.jpg', 'doomed-3.jpg');
  await page.evaluate(ids => localStorage.setItem('roadseg-photos', JSON.stringify(ids)), doomed.map(job => job.id));
  await page.getByRole('checkbox', { name: 'Select doomed-1.jpg' }).check();
  await page.getByRole('button', { name: 'Select all shown' }).click();
  await page.getByRole('button', { name: 'Delete 3 for good' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 3 jobs for good?' });
  await dialog.getByText('Links to them lead nowhere from then on.').waitFor();
  await picture(page, 'delete-several', false);
  await accessible(page, 'delete dialog');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Keep', 'Enter alone deletes nothing');
  await page.keyboard.press('Escape');
  assert.equal(await status(doomed[0].id), 200);

  await page.route(`**/v1/jobs/${doomed[1].id}?erase=true`, route => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"It is busy."}' }), { times: 1 });
  await page.getByRole('button', { name: 'Delete 3 for good' }).click();
  await dialog.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByText('2 of 3 deleted for good. doomed-2.jpg: It is busy.').waitFor(patience);
  await listed(page, 'doomed-2.jpg');
  assert.deepEqual(await Promise.all(doomed.map(job => status(job.id))), [404, 200, 404]);
  assert.deepEqual(await page.evaluate(() => JSON.parse(localStorage.getItem('roadseg-photos'))), [doomed[1].id], 'the browser forgets those that are gone');
  await page.getByText('2 jobs deleted for good.').waitFor();

  // What another has deleted meanwhile is no failure.
  await fetch(`${PAGE}v1/jobs/${doomed[1].id}?erase=true`, { method: 'DELETE' });
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await page.getByRole('dialog', { name: 'Delete doomed-2.jpg for good?' }).getByRole('button', { name: 'Delete for good' }).click();
  await page.getByText('1 job deleted for good.').waitFor(patience);
  assert.deepEqual(await cards(page), []);
});

test('a job is deleted from its own view, by the keyboard', async t => {
  const job = await submit('lonely.jpg');
  const page = await open(t, `#/jobs/${job.id}`, { broken: true });
  await shown(page);
  await page.route(`**/v1/jobs/${job.id}?erase=true`, route => route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"It is busy."}' }), { times: 1 });
  const wipe = page.getByRole('main').getByRole('button', { name: 'Delete for good' });
  const sure = page.getByRole('dialog').getByRole('button', { name: 'Delete for good' });
  await wipe.press('Enter');
  await sure.press('Enter');
  await page.getByText('It is busy.').waitFor(patience);
  assert.equal(await status(job.id), 200);
  await wipe.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Delete for good');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#\/jobs$/, patience);
  assert.equal(await status(job.id), 404);
  await page.goto(`${PAGE}#/jobs/${job.id}`);
  await page.getByRole('alert').waitFor(patience);
  assert.ok(await wipe.isHidden(), 'what is gone is not offered to be deleted');
});

test('Jobs fits phones while it is searched and while jobs are selected', async t => {
  for (const [name, width, colorScheme] of phones) {
    const page = await open(t, '#/jobs?tag=camera:front', phone(width, colorScheme));
    await listed(page, 'forest.jpg', 'harbour-1.jpg');
    await page.locator('canvas.painted').first().waitFor(patience);
    await picture(page, `phone-search-${name}`);
    await page.getByRole('checkbox', { name: 'Select forest.jpg' }).check();
    assert.equal(await overflow(page), 0, name);
    await accessible(page, `phone search ${name}`);
    await picture(page, `phone-selected-${name}`, false);
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await picture(page, `phone-delete-${name}`, false);
    assert.equal(await overflow(page), 0, `dialog ${name}`);
  }
});

// A receiver of webhooks that answers what it is told to, and remembers the kinds of what it took.
async function receiver(t) {
  const kept = { answer: 204, kinds: [] };
  const server = createServer((request, answer) => {
    let body = '';
    request.on('data', part => { body += part; });
    request.on('end', () => {
      kept.kinds.push(JSON.parse(body).type);
      answer.writeHead(kept.answer).end();
    });
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  kept.url = `http://127.0.0.1:${server.address().port}/road?team=a`;
  return kept;
}

test('the deliveries of a webhook are told in words, and it is delivered again', async t => {
  const kept = await receiver(t);
  const job = await submit('told.jpg', `&webhook=${encodeURIComponent(kept.url)}`);
  const page = await open(t, `#/jobs/${job.id}`);
  const hook = page.getByRole('region', { name: 'Webhook' });
  await hook.getByText('The receiver took it on').waitFor(patience);
  assert.match(await hook.getByRole('listitem').innerText(), /^taken .*\n?.*took [\d.]+ m?s$/);
  assert.ok((await hook.innerText()).includes(kept.url));
  await picture(page, 'webhook');
  await accessible(page, 'webhook');

  // A receiver that fails, then is well again.
  kept.answer = 500;
  await hook.getByRole('button', { name: 'Deliver again' }).click();
  await hook.getByText('The receiver has not taken it yet. It is tried again by itself.').waitFor(patience);
  await hook.getByText(': the receiver failed (answer 500).').first().waitFor();
  await hook.getByText(/next attempt /).first().waitFor();
  await picture(page, 'webhook-failing');
  await accessible(page, 'failing webhook');
  kept.answer = 200;
  await hook.getByText('The receiver took it on').waitFor(patience);
  assert.ok(await hook.getByRole('listitem').count() >= 3);
  assert.ok(kept.kinds.every(kind => kind === 'job.succeeded'));
});

test('a test message is sent, and what came of it is said', async t => {
  const kept = await receiver(t);
  const job = await submit('tested.jpg', `&webhook=${encodeURIComponent(kept.url)}`);
  const page = await open(t, `#/jobs/${job.id}`, { broken: true });
  const hook = page.getByRole('region', { name: 'Webhook' });
  const send = hook.getByRole('button', { name: 'Send a test message' });
  await send.press('Enter');
  await hook.getByText(/The receiver took the test message, in [\d.]+ m?s\./).waitFor(patience);
  assert.ok(kept.kinds.includes('webhook.test'));
  kept.answer = 403;
  await send.click();
  await hook.getByText('The receiver did not take the test message: the receiver did not let it in (answer 403).').waitFor(patience);
  await accessible(page, 'webhook test');
  await page.route('**/v1/webhooks/test', route => route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"detail":"This deployment has no secret to sign webhooks with and sends none."}' }), { times: 1 });
  await send.click();
  await hook.getByText('This deployment has no secret to sign webhooks with').waitFor(patience);

  for (const [name, width, colorScheme] of phones) {
    const small = await open(t, `#/jobs/${job.id}`, phone(width, colorScheme));
    await shown(small);
    await small.getByRole('region', { name: 'Webhook' }).getByText('The receiver took it on').waitFor(patience);
    assert.equal(await overflow(small), 0, name);
    await picture(small, `phone-webhook-${name}`);
    await accessible(small, `phone webhook ${name}`);
  }
});

test('a job without a webhook shows none', async t => {
  const job = await submit('silent.jpg');
  const page = await open(t, `#/jobs/${job.id}`);
  await shown(page);
  assert.ok(await page.getByRole('region', { name: 'Webhook' }).isHidden());
});
