// Batches on the page: made of a tag, followed, looked at with the failures first, taken home, tried again. Takes what story.mjs takes.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessible, open, overflow, PAGE, patience, picture, street } from './browser.mjs';

const photo = await readFile(street);
const tag = `drive:${Date.now()}`;
const send = async (fileName, body) => {
  const answer = await fetch(`${PAGE}v1/uploads`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ fileName, tags: { drive: tag.split(':')[1] } }),
  });
  const { url, headers } = await answer.json();
  await fetch(url, { method: 'PUT', headers, body });
};
await Promise.all([['one.jpg', photo], ['two.jpg', photo], ['broken.jpg', photo.subarray(0, 4000)]].map(([name, body]) => send(name, body)));

test('the jobs of a tag become a batch that shows its failures first and is taken home', async t => {
  const page = await open(t, `#/jobs?tag=${encodeURIComponent(tag)}`);
  await page.getByText('broken.jpg').first().waitFor(patience);
  await page.getByRole('button', { name: 'Make a batch of these' }).click();
  await page.waitForURL(/#\/batches\/[0-9a-z]{26}$/, patience);

  await page.getByText('done', { exact: true }).first().waitFor(patience);
  const names = page.locator('.gallery .card-name');
  await names.nth(2).waitFor(patience);
  assert.equal(await names.first().innerText(), 'broken.jpg');
  await page.getByText('image-corrupt: 1').waitFor(patience);
  await page.locator('canvas.painted').nth(1).waitFor(patience);
  await picture(page, 'batch', false);
  await accessible(page, 'batch');

  await page.getByLabel('Show', { exact: true }).selectOption('succeeded');
  await names.nth(1).waitFor(patience);
  assert.deepEqual((await names.allInnerTexts()).sort(), ['one.jpg', 'two.jpg']);
  const csv = page.waitForEvent('download', patience);
  await page.getByRole('button', { name: 'Manifest (CSV)' }).click();
  const lines = (await readFile(await (await csv).path(), 'utf8')).trim().split('\r\n');
  assert.equal(lines.length, 4);
  await page.getByRole('button', { name: 'Pack for download' }).click();
  const zip = page.waitForEvent('download', patience);
  await page.getByRole('button', { name: /^Download the zip/ }).click(patience);
  assert.equal((await readFile(await (await zip).path())).toString('latin1', 0, 2), 'PK');

  await page.getByRole('button', { name: 'Try the failed photos again' }).click();
  await page.getByText('working', { exact: true }).or(page.getByText('done', { exact: true }).first()).first().waitFor(patience);
  await page.getByRole('link', { name: 'Batches' }).click();
  await page.getByText('3 of 3 photos, 1 failed').first().waitFor(patience);
  await accessible(page, 'batches');
});

test('a batch fits a phone', async t => {
  const page = await open(t, '#/batches', { viewport: { width: 320, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true });
  await page.getByRole('link', { name: tag }).first().click(patience);
  await page.locator('.gallery li').nth(1).waitFor(patience);
  await page.locator('.gallery li').nth(1).scrollIntoViewIfNeeded();
  await page.locator('canvas.painted').first().waitFor(patience);
  assert.equal(await overflow(page), 0);
  await picture(page, 'batch-320', false);
});

test('photos that fail while a batch is at work come to the top', async t => {
  const { items } = await (await fetch(`${PAGE}v1/batches`)).json();
  const { id } = items.find(({ source }) => source.tags?.drive === tag.split(':')[1]);
  const page = await open(t, '#/batches');
  let failed = 0;
  await page.route(`**/v1/batches/${id}`, async route => {
    const answer = await route.fetch();
    const { finishedAt, ...view } = await answer.json();
    await route.fulfill({ response: answer, json: { ...view, state: 'running', counts: { ...view.counts, failed, underWay: 1 - failed } } });
  });
  await page.route(`**/v1/batches/${id}/items?state=failed*`, route => (failed ? route.continue() : route.fulfill({ json: { items: [] } })));
  await page.evaluate(to => { location.hash = to; }, `#/batches/${id}`);
  const names = page.locator('.gallery .card-name');
  await names.nth(1).waitFor(patience);
  assert.notEqual(await names.first().innerText(), 'broken.jpg');
  failed = 1;
  await page.waitForFunction(() => document.querySelector('.gallery .card-name')?.textContent === 'broken.jpg', undefined, patience);
});
