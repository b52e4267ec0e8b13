// What people see on the page when something breaks, in a real Chromium against a running service. Takes what story.mjs takes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessible, breakUpload, canvasPicture, canvasShows, open, PAGE, patience, picture, shown, street } from './browser.mjs';

const made = await fetch(`${PAGE}v1/jobs`, { method: 'POST', headers: { 'Content-Type': 'image/jpeg', Prefer: 'wait=60' }, body: await readFile(street) });
const result = `${PAGE}#/jobs/${(await made.json()).id}`;

test('confidence that does not come is told, and comes when it is asked for again', async t => {
  const page = await open(t, new URL(result).hash, { broken: true });
  await shown(page);
  await page.route('**/confidence*', route => route.abort(), { times: 1 });
  await page.getByRole('button', { name: 'Confidence' }).click();
  await page.getByText('The confidence could not be loaded').waitFor(patience);
  assert.equal(await page.getByRole('button', { name: 'Blend' }).getAttribute('aria-pressed'), 'true');
  assert.ok(await page.locator('.legend').isHidden());
  await picture(page, 'no-confidence');
  const blend = await canvasPicture(page);
  await page.getByRole('button', { name: 'Confidence' }).click();
  await page.locator('.legend').waitFor(patience);
  await canvasShows(page, blend, false, 'the confidence is shown');
  await page.getByText('The confidence could not be loaded').waitFor({ state: 'hidden' });
});

test('an upload that breaks off is sent again', async t => {
  const page = await open(t, '', { broken: true });
  await breakUpload(page);
  await page.locator('input[type=file]').first().setInputFiles(street);
  await page.getByText('The upload broke off').waitFor(patience);
  const first = page.url();
  await picture(page, 'broken-upload');
  await accessible(page, 'broken upload');
  await page.getByRole('button', { name: 'Send again' }).click();
  await shown(page);
  assert.notEqual(page.url(), first, 'it is another job');

  await page.getByRole('link', { name: 'RoadSeg, start' }).click();
  await breakUpload(page);
  await page.locator('input[type=file]').first().setInputFiles([await readFile(street), Buffer.alloc(0)].map((buffer, i) => ({ name: ['street.jpg', 'empty.jpg'][i], mimeType: 'image/jpeg', buffer })));
  await page.waitForFunction(() => /empty\.jpg: The file is empty/.test(document.getElementById('announcer').textContent), null, patience);
  const again = page.getByRole('button', { name: 'Send again' });
  await again.waitFor(patience);
  await picture(page, 'broken-uploads');
  await accessible(page, 'broken uploads');
  await again.press('Enter');
  await page.waitForFunction(() => document.querySelectorAll('.submissions > li > .state.succeeded').length === 2, null, patience);
  assert.equal(await again.count(), 0, 'an empty file is not sent again');
});

test('an upload is canceled on its way', async t => {
  const page = await open(t, '', { broken: true });
  await breakUpload(page, () => undefined);
  await page.locator('input[type=file]').first().setInputFiles(street);
  await page.getByRole('button', { name: 'Cancel' }).click(patience);
  await page.getByText('You canceled the upload.').waitFor(patience);
  await page.getByRole('button', { name: 'Send again' }).click();
  await shown(page);
});

test('who leaves in the middle of an upload is asked, and finds the photos again', async t => {
  const page = await open(t, '', { broken: true });
  const photo = await readFile(street);
  const file = name => ({ name, mimeType: 'image/jpeg', buffer: photo });
  await page.locator('input[type=file]').first().setInputFiles([file('whole.jpg'), file('whole-too.jpg')]);
  await page.waitForFunction(() => document.querySelectorAll('.submissions > li > .state.succeeded').length === 2, null, patience);
  await page.reload();
  const whole = page.locator('.submissions > li', { hasText: 'whole.jpg' });
  await whole.locator('canvas.painted').waitFor(patience);
  assert.match(await whole.innerText(), /done/, 'what has ended comes back, and nobody is asked');

  await breakUpload(page, () => undefined);
  await page.locator('input[type=file]').first().setInputFiles(file('half.jpg'));
  await page.waitForURL(/#\/jobs\/\w+/, patience);
  const asked = page.waitForEvent('dialog', patience);
  const again = page.reload();
  const dialog = await asked;
  assert.equal(dialog.type(), 'beforeunload');
  await dialog.accept();
  await again;
  await page.getByText('Its upload was not finished').waitFor(patience);
  await page.getByRole('link', { name: 'RoadSeg, start' }).click();
  const row = page.locator('.submissions > li', { hasText: 'half.jpg' });
  await row.getByText('Its upload was not finished').waitFor(patience);
  await whole.waitFor(patience);
  await picture(page, 'left-upload');
  await accessible(page, 'left upload');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser', patience), row.getByRole('button', { name: 'Choose the photo again' }).click()]);
  await chooser.setFiles(file('half.jpg'));
  await page.waitForFunction(() => document.querySelectorAll('.submissions > li > .state.succeeded').length === 3, null, patience);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll('.submissions > li > .state.succeeded').length === 3, null, patience);
  await page.getByRole('button', { name: 'Clear finished' }).click();
  assert.equal(await page.locator('.submissions > li').count(), 0);
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test('a job that expired offers to take the photo again', async t => {
  const page = await open(t);
  const job = await (await fetch(`${PAGE}v1/jobs/${result.split('/').pop()}`)).json();
  await page.route(/\/v1\/jobs\/\w+\?wait=/, async route => (route.request().url().includes(job.id)
    ? route.fulfill({ json: { ...job, state: 'expired', result: undefined, image: undefined, times: { createdAt: job.times.createdAt } } }) : route.continue()));
  await page.goto(result);
  await page.getByText('No photo came in time').waitFor(patience);
  await picture(page, 'expired');
  await accessible(page, 'expired');
  const [chooser] = await Promise.all([page.waitForEvent('filechooser', patience), page.getByRole('button', { name: 'Choose the photo again' }).click()]);
  await chooser.setFiles(street);
  await shown(page);
  assert.notEqual(page.url(), result, 'it is another job');
});

test('several jobs that run are canceled together, and one that cannot be is named', async t => {
  const page = await open(t, '#/jobs', { broken: true });
  const job = await (await fetch(`${PAGE}v1/jobs/${result.split('/').pop()}`)).json();
  const jobs = ['a', 'b', 'c'].map((end, at) => ({ ...job, id: job.id.slice(0, -1) + end, fileName: `${end}.jpg`, state: at < 2 ? 'queued' : 'succeeded', result: undefined }));
  const canceled = [];
  await page.route(/\/v1\/jobs\?/, route => route.fulfill({ json: { items: jobs } }));
  await page.route(/\/v1\/jobs\/\w+$/, route => {
    const id = route.request().url().split('/').pop();
    if (route.request().method() !== 'DELETE') return route.continue();
    if (id === jobs[1].id) return route.fulfill({ status: 503, contentType: 'application/problem+json', body: '{"detail":"It is busy."}' });
    canceled.push(id);
    jobs[0] = { ...jobs[0], state: 'canceled' };
    return route.fulfill({ json: jobs[0] });
  });
  await page.reload();
  await page.getByRole('checkbox', { name: 'Select a.jpg' }).check(patience);
  await page.getByRole('button', { name: 'Select all shown' }).click();
  await page.getByText('3 selected').waitFor();
  await page.getByRole('button', { name: 'Cancel 2 jobs' }).click();
  await page.getByText('1 of 2 canceled. b.jpg: It is busy.').waitFor(patience);
  assert.deepEqual(canceled, [jobs[0].id], 'one that has ended is left alone');
  await page.locator('.state.canceled').waitFor(patience);
});

test('what the service says to programs alone is not shown', async t => {
  const page = await open(t);
  for (const route of ['#/jobs/nothing', '#/datasets/nothing', '#/trainings/nothing', '#/models/camvid-mnv2/nothing', '#/models/nothing/nothing', '#/compare/nothing/nothing']) {
    await page.goto(PAGE + route);
    await page.getByRole('alert').first().waitFor(patience);
    assert.ok((await page.getByRole('alert').first().innerText()).length > 10);
    await accessible(page, route);
  }
  await page.route('**/v1/models', route => route.fulfill({ status: 422, contentType: 'application/problem+json', body: JSON.stringify({ detail: 'It did not pass. Send {"force": true} to do it all the same; GET /v1/models lists them.' }) }));
  await page.goto(`${PAGE}#/models`);
  await page.getByText('It did not pass.').waitFor(patience);
  assert.equal(await page.getByText('It did not pass.').innerText(), 'It did not pass.');
});

test('a result that does not come is asked for again', async t => {
  const page = await open(t, '', { broken: true });
  await page.route('**/mask*', route => route.fulfill({ status: 503 }), { times: 1 });
  await page.goto(result);
  await page.getByRole('heading', { name: 'The result could not be loaded' }).waitFor(patience);
  await page.getByRole('button', { name: 'Try again' }).click();
  await shown(page);
});

test('a service that is away for a while fails no job', async t => {
  const page = await open(t, '', { broken: true });
  await page.evaluate(() => {
    const real = setTimeout;
    globalThis.setTimeout = (act, wait, ...more) => real(act, globalThis.hurry ? wait / 100 : wait, ...more);
  });
  let polls = 0;
  const away = /\/v1\/jobs\/\w+\?wait=/;
  await page.route(away, route => (polls++ % 2 ? route.fulfill({ status: 503, headers: { 'Retry-After': '1' } }) : route.abort()));
  await page.locator('input[type=file]').first().setInputFiles(street);
  await page.getByText('The service cannot be reached').waitFor(patience);
  await page.evaluate(() => { globalThis.hurry = true; });
  while (polls < 10) await page.waitForTimeout(50);
  assert.equal(await page.locator('.problem').count(), 0);
  await page.unroute(away);
  await shown(page);
});

test('a card goes from the gallery when its job is no longer in the state that is shown', async t => {
  const page = await open(t, '#/jobs');
  const job = await (await fetch(`${PAGE}v1/jobs/${result.split('/').pop()}`)).json();
  const pages = [{ items: [], next: 'older' }, { items: [{ ...job, state: 'queued', queue: { position: 3 } }] }];
  await page.route(/\/v1\/jobs\?.*state=queued/, route => route.fulfill({ json: pages.shift() ?? { items: [] } }));
  await page.getByLabel('Show').selectOption('queued');
  await page.getByText('None of the newest jobs').waitFor(patience);
  await page.getByRole('button', { name: 'Show more' }).click();
  await page.getByText('in the queue, number 3').waitFor(patience);
  await page.getByText('No job matches.').waitFor(patience);
  assert.equal(await page.locator('.gallery li').count(), 0);
});

test('a job that does not exist is told so', async t => {
  const page = await open(t, '#/jobs/nothing');
  await page.getByRole('alert').waitFor(patience);
  assert.match(await page.getByRole('alert').innerText(), /no job/);
});

test('the classes outlive the photo', async t => {
  const page = await open(t);
  await page.route('**/overlay*', route => route.fulfill({ status: 410, contentType: 'application/problem+json', body: '{"code":"upload-missing","detail":"gone"}' }));
  await page.goto(result);
  await shown(page);
  await page.getByText('no longer kept').waitFor();
});

test('without WebGL the classes are shown all the same', async t => {
  const page = await open(t);
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...more) { return kind.startsWith('webgl') ? null : real.call(this, kind, ...more); };
  });
  await page.goto(result);
  await page.reload();
  await page.getByText('no WebGL 2').waitFor(patience);
  const image = page.locator('.frame img');
  assert.deepEqual(await image.evaluate(async one => { await one.decode(); return [one.naturalWidth, one.naturalHeight]; }), [751, 563]);
  assert.match(await page.locator('.class-list li').first().innerText(), /%/);
  assert.equal(await page.locator('.class-list input').count(), 0);
  await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Mask', exact: true }).click()]);
  await picture(page, 'without-webgl');
  await accessible(page, 'without WebGL');
});

test('when the browser takes the graphics memory back, the classes are shown all the same', async t => {
  const page = await open(t, new URL(result).hash);
  await shown(page);
  await page.locator('.frame canvas').evaluate(canvas => canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext());
  await page.getByText('took back the memory').waitFor(patience);
  assert.equal(await page.locator('.frame img').evaluate(async one => { await one.decode(); return one.naturalWidth; }), 751);
  assert.equal(await page.locator('.class-list input').count(), 0);
  await page.getByText('from submission to result').waitFor();
  await picture(page, 'lost-webgl');
  await accessible(page, 'lost WebGL');
});
