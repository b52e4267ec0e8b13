// How smooth a result is for photos of two sizes, measured in turns. Prints one JSON document: for each photo the intervals of frames, in ms, while
// something moves, the page's longest tasks, in ms, and how long it took to open.
//   PAGE  address of the service   CHROMIUM  path of the browser   JOBS  ids of the two jobs, a comma between   ROUNDS  how often each is opened
import { chromium } from 'playwright-core';

const { PAGE, CHROMIUM } = process.env;
const jobs = process.env.JOBS.split(',');
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'] });
const measured = jobs.map(() => ({ opened: [], longest: [], opacity: [], outlines: [], pan: [] }));

// Runs in the page: moves something in every frame and notes when frames come.
function frames(name) {
  const canvas = document.querySelector('.frame canvas');
  const slider = document.querySelector('#opacity');
  const count = 120;
  const moves = {
    opacity(i) {
      slider.value = String(20 + (i % 60));
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    },
    pan(i) {
      const way = Math.floor(i / 30) % 2 ? -6 : 6;
      const { left, top } = canvas.getBoundingClientRect();
      const at = type => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, bubbles: true, clientX: left + 300 + (type === 'pointermove' ? way : 0), clientY: top + 200 }));
      ['pointerdown', 'pointermove', 'pointerup'].forEach(at);
    },
  };
  moves.outlines = moves.opacity;
  return new Promise(resolve => {
    const times = [];
    const step = now => {
      times.push(now);
      if (times.length > count) return resolve(times.slice(1).map((time, i) => time - times[i]));
      moves[name](times.length);
      return requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

for (let round = 0; round < Number(process.env.ROUNDS); round++) {
  for (const [index, job] of jobs.entries()) {
    const of = measured[index];
    const page = await browser.newPage({ viewport: { width: 1360, height: 900 } });
    page.on('pageerror', error => { throw error; });
    await page.addInitScript(() => {
      globalThis.tasks = [0];
      new PerformanceObserver(list => globalThis.tasks.push(...list.getEntries().map(entry => entry.duration))).observe({ type: 'longtask', buffered: true });
      Element.prototype.setPointerCapture = () => {};
    });
    const started = performance.now();
    await page.goto(`${PAGE}#/jobs/${job}`);
    await page.locator('.frame canvas').waitFor();
    of.opened.push(performance.now() - started);
    await page.waitForTimeout(500);
    of.longest.push(await page.evaluate(() => Math.max(...globalThis.tasks)));

    of.opacity.push(...await page.evaluate(frames, 'opacity'));
    await page.getByRole('button', { name: 'Outlines' }).click();
    of.outlines.push(...await page.evaluate(frames, 'outlines'));
    await page.getByRole('button', { name: 'Blend' }).click();
    const box = await page.locator('.frame canvas').boundingBox();
    for (let i = 0; i < 3; i++) await page.mouse.dblclick(box.x + box.width / 2, box.y + box.height / 2);
    of.pan.push(...await page.evaluate(frames, 'pan'));
    await page.close();
  }
}

await browser.close();
console.log(JSON.stringify(measured));
