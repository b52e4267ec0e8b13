// What people do with data sets, training runs and models on the page, where keys are checked. Beside what story.mjs takes:
//   KEY       a function key               DATASET   a set that was dropped          MODEL, CANDIDATE  a version that did not pass its gate
//   LEARNING  id of a run that learns      LEARNED   id of the run of the candidate
//   METRICS   address to write the learning run's metrics to, as its worker does      MORE_METRICS  file with more of them
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { accessible, breakUpload, canvasPicture, canvasShows, open, overflow, PAGE, patience, picture, shown, street } from './browser.mjs';

let compared = '';
const { KEY, DATASET, LEARNING, LEARNED, METRICS, MORE_METRICS, MODEL, CANDIDATE } = process.env;
const candidate = `a[href="#/models/${MODEL}/${CANDIDATE}"]`;

test('a key is asked for once and opens every view', async t => {
  const page = await open(t, '#/datasets', { keyless: true });
  const addresses = [];
  page.on('request', request => addresses.push(request.url()));
  await page.getByLabel('Key', { exact: true }).fill(KEY);
  await page.getByRole('button', { name: 'Use key' }).click();
  await page.getByRole('link', { name: DATASET }).waitFor(patience);
  for (const [name, what] of [['Models', '.model'], ['Training', '.rows > li'], ['Data sets', '.rows > li']]) {
    await page.getByRole('navigation').getByRole('link', { name }).click();
    await page.locator(what).first().waitFor(patience);
  }
  assert.equal(await page.locator('dialog').count(), 0);
  assert.ok(addresses.every(url => !url.includes(KEY)));
});

test('data sets are listed with their state, live progress and problem in words', async t => {
  const page = await open(t, '#/datasets');
  await page.getByText('reading: 4,210 of 20,000').waitFor(patience);
  await page.locator('li', { hasText: 'forgotten' }).getByText('cannot be used').waitFor(patience);
  await page.locator('li', { hasText: DATASET }).getByText('ready').waitFor(patience);
  await picture(page, 'datasets');
  await accessible(page, 'datasets');
});

test('a data set shows its classes, counts, findings, values, and samples side by side', async t => {
  const page = await open(t, '#/datasets');
  await page.getByRole('link', { name: DATASET }).click();
  await page.getByRole('heading', { name: 'Findings' }).waitFor(patience);
  await page.waitForFunction(() => [...document.querySelectorAll('.samples li')].length >= 2, null, patience);
  assert.deepEqual(await page.evaluate(async () => {
    const images = [...document.querySelector('.samples li').querySelectorAll('img')];
    await Promise.all(images.map(image => image.decode()));
    const boxes = images.map(image => image.getBoundingClientRect());
    return [images.length, boxes[0].top === boxes[1].top, boxes[0].width > 100];
  }), [2, true, true]);
  assert.match(await page.locator('.class-bars').innerText(), /building\s+[\d.]+ %\s+\d+ images/);
  await page.locator('.finding', { hasText: 'image without mask' }).getByText('street_900').waitFor({ state: 'attached' });
  await page.getByText('not mapped to a class').waitFor();
  assert.ok(await page.getByRole('row', { name: /^77/ }).getByText('unknown').isVisible());
  await picture(page, 'dataset');
  await accessible(page, 'dataset');
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Report as a page' }).click()]);
  assert.match(await readFile(await file.path(), 'utf8'), /<h1>/);

  await page.goto(`${PAGE}#/datasets/forgotten`);
  await page.locator('.error').first().waitFor(patience);
  await accessible(page, 'refused data set');
  await page.goto(`${PAGE}#/datasets/nothing`);
  await page.getByRole('alert').waitFor(patience);
});

test('a run is started from a data set, waits in the list, and is canceled', async t => {
  const page = await open(t, `#/datasets/${DATASET}`);
  await page.getByLabel('Epochs').fill('2');
  await page.getByLabel('Epochs').press('Enter');
  await page.waitForURL(/#\/trainings\/\w+/, patience);
  await page.getByText('epochs 2').waitFor(patience);
  // It said that it waits, and not what to start.
  await page.getByText(/It waits for a trainer, and no trainer is running\. Start one .*roadseg work/).waitFor(patience);
  await page.getByRole('button', { name: 'Cancel the run' }).click();
  await picture(page, 'cancel-run', false);
  await accessible(page, 'cancel dialog');
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click();
  await page.getByText('It was taken back before it ended.').waitFor(patience);
});

test('who may not change anything is told so, and can give an operator’s key', async t => {
  const page = await open(t, `#/datasets/${DATASET}`);
  const given = [];
  await page.route('**/v1/trainings', async route => {
    given.push(route.request().headers()['x-functions-key']);
    if (given.at(-1) === KEY && given.length === 1) return route.fulfill({ status: 403, contentType: 'application/problem+json', body: '{"code":"operator-required","detail":"The caller \'app\' may not change models, data sets or training runs. Ask an operator of this deployment."}' });
    return route.fulfill({ status: 422, contentType: 'application/problem+json', body: '{"code":"training-invalid","detail":"There is no such recipe."}' });
  });
  await page.getByRole('button', { name: 'Start training' }).click();
  await page.getByText('may not change models, data sets or training runs').waitFor(patience);
  await accessible(page, 'operator required');
  await page.getByRole('button', { name: 'Use another key' }).click();
  await page.getByLabel('Key', { exact: true }).fill('key-of-an-operator');
  await picture(page, 'operator-key', false);
  await page.getByRole('button', { name: 'Use key' }).click();
  await page.getByText('There is no such recipe.').waitFor(patience);
  assert.equal(given.at(-1), 'key-of-an-operator');
});

test('a run is followed live: curves grow while it learns', async t => {
  const page = await open(t, '#/trainings');
  await page.locator('.rows > li', { hasText: 'learning' }).waitFor(patience);
  await picture(page, 'trainings');
  await accessible(page, 'trainings');
  await page.goto(`${PAGE}#/trainings/${LEARNING}`);
  await page.locator('.plot polyline').first().waitFor(patience);
  await page.getByText(/Update 480: pixels right [\d.]+ %, mean IoU/).waitFor(patience);
  const points = () => page.locator('.plot polyline').first().evaluate(line => line.getAttribute('points').split(' ').length);
  // Forty-eight of ten updates each; what a dead worker learned past its checkpoint does not count.
  assert.equal(await points(), 48);
  await page.getByRole('link', { name: /^high-street/ }).focus();
  const sent = await fetch(METRICS, { method: 'PUT', headers: { 'x-ms-blob-type': 'BlockBlob' }, body: await readFile(MORE_METRICS) });
  assert.equal(sent.status, 201);
  await page.getByText(/Update 720: /).first().waitFor(patience);
  assert.equal(await points(), 72);
  assert.match(await page.evaluate(() => document.activeElement.textContent), /^high-street/, 'the focus stays where it is while the page renews itself');
  await page.getByText('Evaluations in numbers').click();
  assert.equal(await page.getByRole('row').count(), 7);
  await page.locator('.pictures img').first().waitFor(patience);
  const top = what => what.evaluate(one => one.getBoundingClientRect().top);
  assert.ok(await top(page.getByRole('button', { name: 'Cancel the run' })) < await top(page.locator('.pictures img').first()), 'the sheets are below the controls');
  await picture(page, 'training');
  await accessible(page, 'training');
});

test('a run that ended shows what the gate found, and the version that came of it', async t => {
  const page = await open(t, `#/trainings/${LEARNED}`);
  await page.getByRole('heading', { name: 'Checks before it goes live' }).waitFor(patience);
  await page.getByRole('row', { name: /mean iou failed/i }).waitFor();
  // It said "done".
  await page.locator('.page-head .state', { hasText: 'did not pass its checks' }).waitFor(patience);
  await accessible(page, 'ended run');
  await page.locator(candidate).click();
  await page.getByText(`Version id ${CANDIDATE}`).waitFor(patience);
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /\d{4}, \d+:\d\d/, 'a version is named by when it was made');
});

test('two versions are compared on one photo', async t => {
  const page = await open(t);
  await page.locator('input[type=file]').first().setInputFiles(street);
  await shown(page);
  await page.getByText('Compare with another model').click();
  await page.getByLabel('Other version').selectOption(`${MODEL}@${CANDIDATE}`);
  await accessible(page, 'compare form');
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.waitForURL(/#\/compare\/\w+\/\w+/, patience);
  compared = new URL(page.url()).hash;
  await shown(page);
  const share = Number.parseFloat(await page.locator('.side .wholes dd').first().innerText());
  assert.ok(share > 0.5 && share < 60, `${share} %`);
  await page.locator('.pairs li').nth(2).waitFor(patience);
  await picture(page, 'compare');
  await accessible(page, 'compare');
  const both = await canvasPicture(page);
  await page.getByRole('button', { name: 'Disagreement' }).click();
  await canvasShows(page, both, false, 'the disagreement is another picture');
  await picture(page, 'disagreement');
  await page.getByRole('button', { name: 'Left / right' }).click();
  await page.getByRole('slider', { name: 'Divider between the two models' }).press('End');
  await canvasShows(page, both, false, 'the line moves');
  await page.locator('.frame canvas').focus();
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => /^(both|left) /.test(document.getElementById('announcer').textContent), null, patience);

  // The link is enough: nothing of it is held by the page.
  await page.reload();
  await shown(page);
  assert.equal(Number.parseFloat(await page.locator('.side .wholes dd').first().innerText()), share);
  await page.goto(`${PAGE}#/compare/nothing/nothing`);
  await page.getByRole('alert').waitFor(patience);
});

test('a comparison whose upload breaks off is told so, and sent again', async t => {
  const page = await open(t, `#/jobs/${compared.split('/')[2]}`, { broken: true });
  await page.getByText('Compare with another model').click(patience);
  await page.getByLabel('Other version').selectOption(`${MODEL}@${CANDIDATE}`);
  await breakUpload(page);
  await page.getByRole('button', { name: 'Compare', exact: true }).click();
  await page.getByText('The upload broke off').waitFor(patience);
  await picture(page, 'broken-comparison');
  await page.getByRole('button', { name: 'Send again' }).click();
  await shown(page);
});

test('a version is looked into, made live all the same, and rolled back', async t => {
  const page = await open(t, '#/models');
  await page.locator('.model').first().waitFor(patience);
  await page.getByText('Versions', { exact: true }).waitFor(patience);
  await picture(page, 'models-versions');
  await accessible(page, 'models with versions');
  assert.equal(await page.getByRole('button', { name: 'Roll back' }).count(), 0, 'nothing was live before');
  assert.ok(!(await page.locator('main').innerText()).includes(CANDIDATE));
  await page.locator(candidate).click();
  await page.getByRole('heading', { name: 'Model card' }).waitFor(patience);
  await page.getByRole('heading', { name: 'Checks before it goes live' }).waitFor();
  await page.getByText('What these figures mean').first().click();
  await page.getByText('What one reaches without seeing the photo').first().waitFor();
  await page.locator('.pictures img').first().waitFor(patience);
  await page.locator('.card img').nth(1).waitFor(patience);
  assert.ok(await page.locator('.card img').evaluateAll(images => images.every(image => image.naturalWidth > 100)), 'the card shows its photo and its mask');
  await picture(page, 'version');
  await accessible(page, 'version');

  await page.getByRole('button', { name: 'Make it live' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('did not pass its checks').waitFor();
  await dialog.getByRole('button', { name: 'Make it live' }).click();
  assert.ok(await dialog.isVisible(), 'it is not made live before that is ticked');
  await picture(page, 'promote', false);
  await accessible(page, 'promote dialog');
  await dialog.getByLabel('Make it live all the same').check();
  await dialog.getByRole('button', { name: 'Make it live' }).click();
  // Exactly: one that is 'not live yet' has the word too.
  await page.locator('.page-head').getByText('live', { exact: true }).waitFor(patience);

  await page.goto(`${PAGE}#/models`);
  await page.locator('.rows > li', { has: page.locator(candidate) }).getByText('live', { exact: true }).waitFor(patience);
  await page.getByText('History').click();
  await page.getByRole('row', { name: /made live/ }).waitFor();
  await page.getByRole('button', { name: 'Roll back' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await page.locator('.rows > li', { has: page.locator(candidate) }).getByText('was live').waitFor(patience);
  await page.getByRole('button', { name: 'Roll back' }).waitFor({ state: 'detached', ...patience });
});

test('scores of different data sets do not stand beside each other', async t => {
  const page = await open(t, '#/models', { broken: true });
  const row = page.locator('.rows > li', { has: page.locator(candidate) });
  await row.getByText(/[\d.]+ % mean IoU on camvid/).waitFor(patience);
  await page.route('**/versions', async route => {
    const answer = await route.fetch();
    const versions = await answer.json();
    for (const one of versions.items.filter(item => item.version === CANDIDATE)) one.metrics = one.metrics.map(set => ({ ...set, dataset: 'high-street' }));
    return route.fulfill({ json: versions });
  });
  await page.reload();
  await row.getByText('measured on high-street, which cannot be compared with the live version').waitFor(patience);
  assert.doesNotMatch(await row.innerText(), /[\d.]+ %/);

  await page.route(/\/v1\/trainings\?/, async route => {
    const runs = await (await route.fetch()).json();
    runs.items[0].plan.dataset = 'elsewhere';
    return route.fulfill({ json: runs });
  });
  await page.goto(`${PAGE}#/trainings`);
  await page.getByText('Figures of runs on different data sets cannot be compared.').waitFor(patience);
});

test('the width of a desk is used', async t => {
  const page = await open(t, '', { viewport: { width: 1680, height: 950 } });
  for (const [route, what] of [['#/models', '.model'], [`#/datasets/${DATASET}`, '.report'], [`#/models/${MODEL}/${CANDIDATE}`, '.report'], [`#/trainings/${LEARNED}`, '.report']]) {
    await page.goto(PAGE + route);
    await page.locator(`${what} :is(.class-bars, .plot polyline)`).first().waitFor(patience);
    assert.ok(await page.locator(what).first().evaluate(one => one.getBoundingClientRect().width) > 1500, route);
    await picture(page, `wide-${route.split('/')[1]}`);
  }
});

test('thumbnails of the gallery are small', async t => {
  const page = await open(t);
  await page.goto(`${PAGE}#/jobs`);
  await page.locator('canvas.painted').first().waitFor(patience);
  assert.equal(await page.locator('canvas.painted').first().evaluate(canvas => canvas.width), 480);
  const sizes = await page.evaluate(() => performance.getEntriesByType('resource').filter(({ name }) => /\/overlay\?.*width=480/.test(name)).map(({ encodedBodySize }) => encodedBodySize));
  assert.ok(sizes.length > 0 && sizes.every(size => size > 0 && size < 60_000), sizes.join());
});

test('every view fits a phone of 360 pixels, in light and dark', async t => {
  for (const colorScheme of ['light', 'dark']) {
    const page = await open(t, '', { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, colorScheme });
    for (const [route, what, view] of [
      ['#/datasets', '.rows > li', 'datasets'], [`#/datasets/${DATASET}`, '.samples img', 'dataset'], ['#/trainings', '.rows > li', 'trainings'], [`#/trainings/${LEARNING}`, '.plot polyline', 'training'],
      ['#/models', '.model .rows li', 'versions'], [`#/models/${MODEL}/${CANDIDATE}`, '.card', 'version'], [compared, '.pairs li', 'compare'],
    ]) {
      await page.goto(PAGE + route);
      await page.locator(what).first().waitFor(patience);
      assert.equal(await overflow(page), 0, route);
      const name = `phone-${view}-${colorScheme}`;
      await picture(page, name);
      await accessible(page, name);
    }
  }
});

test('every view is as good in the dark', async t => {
  const page = await open(t, '', { colorScheme: 'dark' });
  for (const [route, what, name] of [[`#/datasets/${DATASET}`, '.samples img', 'dark-dataset'], [`#/trainings/${LEARNING}`, '.plot polyline', 'dark-training'], [`#/models/${MODEL}/${CANDIDATE}`, '.card', 'dark-version'], [compared, '.pairs li', 'dark-compare']]) {
    await page.goto(PAGE + route);
    await page.locator(what).first().waitFor(patience);
    await picture(page, name);
    await accessible(page, name);
  }
});

test('everything is reached by the keyboard alone', async t => {
  const page = await open(t);
  const tabTo = async (test, most = 40) => {
    for (let i = 0; i < most; i++) {
      await page.keyboard.press('Tab');
      if (await page.evaluate(test)) return;
    }
    assert.fail(`Tab does not reach ${test}.`);
  };
  await tabTo(() => document.activeElement.textContent === 'Data sets');
  await page.keyboard.press('Enter');
  await page.locator('.rows a').first().waitFor(patience);
  await tabTo(() => document.activeElement.matches('.rows a') && document.activeElement.textContent === 'high-street');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Train on it' }).waitFor(patience);
  await page.locator('.samples img').first().waitFor(patience);
  await tabTo(() => document.activeElement.id === 'promote', 80);
  await page.keyboard.press('Space');
  assert.equal(await page.getByLabel('Make it live if it passes its checks').isChecked(), false);
  await tabTo(() => document.activeElement.textContent === 'Start training');
});
