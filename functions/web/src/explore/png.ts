export interface Plane { width: number; height: number; samples: Uint8Array }

const sliceSamples = 1 << 20;
const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/**
 * Decodes the samples of an 8-bit palette or grey PNG: class ids of a mask, or confidence. The browser's own decoder would
 * give colours, from which the ids of classes of the same colour could not be told.
 */
export async function decodePlane(file: ArrayBuffer): Promise<Plane> {
  const bytes = new Uint8Array(file);
  const view = new DataView(file);
  if (signature.some((byte, i) => bytes[i] !== byte)) throw new Error('Not a PNG.');
  let width = 0;
  let height = 0;
  const data: BlobPart[] = [];
  for (let at = 8; at + 12 <= file.byteLength;) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!, bytes[at + 6]!, bytes[at + 7]!);
    if (type === 'IHDR') {
      width = view.getUint32(at + 8);
      height = view.getUint32(at + 12);
      const [depth, color, , , interlace] = bytes.subarray(at + 16, at + 21);
      if (depth !== 8 || (color !== 0 && color !== 3) || interlace !== 0) throw new Error('Not an 8-bit PNG of one channel.');
    } else if (type === 'IDAT') {
      data.push(bytes.subarray(at + 8, at + 8 + length));
    }
    at += length + 12;
  }

  const inflated = new Blob(data).stream().pipeThrough(new DecompressionStream('deflate'));
  const rows = new Uint8Array(await new Response(inflated).arrayBuffer());
  if (width === 0 || rows.length !== height * (width + 1)) throw new Error('The PNG is cut short.');
  return { width, height, samples: await unfilter(rows, width, height) };
}

// In slices of a few milliseconds: the mask of a 12-megapixel photo would hold up a frame.
async function unfilter(rows: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const out = new Uint8Array(width * height);
  const slice = Math.max(1, Math.floor(sliceSamples / width));
  for (let y = 0, from = 0, to = 0; y < height; y++, to += width) {
    if (y % slice === slice - 1) await new Promise(resolve => setTimeout(resolve));
    const filter = rows[from++]!;
    const up = to - width;
    switch (filter) {
      case 0:
        out.set(rows.subarray(from, from + width), to);
        break;
      case 1:
        for (let x = 0; x < width; x++) out[to + x] = rows[from + x]! + (x > 0 ? out[to + x - 1]! : 0);
        break;
      case 2:
        for (let x = 0; x < width; x++) out[to + x] = rows[from + x]! + (y > 0 ? out[up + x]! : 0);
        break;
      case 3:
        for (let x = 0; x < width; x++) out[to + x] = rows[from + x]! + (((x > 0 ? out[to + x - 1]! : 0) + (y > 0 ? out[up + x]! : 0)) >> 1);
        break;
      case 4:
        for (let x = 0; x < width; x++) {
          const [a, b, c] = [x > 0 ? out[to + x - 1]! : 0, y > 0 ? out[up + x]! : 0, x > 0 && y > 0 ? out[up + x - 1]! : 0];
          const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - c - c)];
          out[to + x] = rows[from + x]! + (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
        }
        break;
      default:
        throw new Error('The PNG has a filter that does not exist.');
    }
    from += width;
  }
  return out;
}
