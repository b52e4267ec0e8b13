// What a Node user would write: sharp reads and resizes, onnxruntime-node runs the model, the logits are interpolated to the photo's size, the class
// with the greatest is the mask, sharp writes it as PNG. node peer.mjs MODEL FRAMES OUT WIDTH HEIGHT MULTIPLE THREADS AT_ONCE
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';
import sharp from 'sharp';

const [model, folder, out, ...numbers] = process.argv.slice(2);
const [modelWidth, modelHeight, multiple, threads, atOnce] = numbers.map(Number);
const files = readdirSync(folder).sort();
mkdirSync(out, { recursive: true });
const session = await ort.InferenceSession.create(model, { intraOpNumThreads: threads });

// The area of the model's input in the photo's own shape.
function inputSize(width, height) {
  const [aspect, area] = [width / height, modelWidth * modelHeight];
  const snap = side => Math.max(1, Math.round(side / multiple)) * multiple;
  return [snap(Math.sqrt(area * aspect)), snap(Math.sqrt(area / aspect))];
}

// Half-pixel centres: for each output cell the two input cells beside it and the weight of the second.
function line(from, to) {
  const [first, second, weight] = [new Int32Array(to), new Int32Array(to), new Float32Array(to)];
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    first[i] = Math.floor(at);
    second[i] = Math.min(first[i] + 1, from - 1);
    weight[i] = at - first[i];
  }
  return { first, second, weight };
}

function classes(logits, [, count, rows, columns], width, height) {
  const [x, y] = [line(columns, width), line(rows, height)];
  const [mask, best, row] = [new Uint8Array(width * height), new Float32Array(width), new Float32Array(columns)];
  for (let v = 0; v < height; v++) {
    best.fill(-Infinity);
    for (let c = 0; c < count; c++) {
      const [above, below, down] = [(c * rows + y.first[v]) * columns, (c * rows + y.second[v]) * columns, y.weight[v]];
      for (let i = 0; i < columns; i++) row[i] = logits[above + i] + (logits[below + i] - logits[above + i]) * down;
      for (let u = 0; u < width; u++) {
        const left = row[x.first[u]];
        const value = left + (row[x.second[u]] - left) * x.weight[u];
        if (value > best[u]) {
          best[u] = value;
          mask[v * width + u] = c;
        }
      }
    }
  }
  return mask;
}

async function segment(file) {
  const photo = sharp(readFileSync(join(folder, file))).rotate();
  const { width, height } = await photo.metadata();
  const [w, h] = inputSize(width, height);
  const pixels = await photo.resize(w, h, { fit: 'fill', kernel: 'linear' }).removeAlpha().raw().toBuffer();
  const { logits } = await session.run({ image: new ort.Tensor('uint8', pixels, [1, h, w, 3]) });
  const mask = classes(logits.data, logits.dims, width, height);
  const png = await sharp(mask, { raw: { width, height, channels: 1 } }).toColourspace('b-w').png({ compressionLevel: 6 }).toBuffer();
  writeFileSync(join(out, `${file}.png`), png);
}

await segment(files[0]);
const [cpu, started] = [process.cpuUsage(), performance.now()];
let next = 0;
await Promise.all(Array.from({ length: atOnce }, async () => {
  while (next < files.length) await segment(files[next++]);
}));
const used = process.cpuUsage(cpu);
console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, cpuSeconds: (used.user + used.system) / 1e6, peakMebibytes: process.resourceUsage().maxRSS / 1024 }));
