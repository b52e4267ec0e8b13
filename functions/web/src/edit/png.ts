const signature = [137, 80, 78, 71, 13, 10, 26, 10];
const rowsAtOnce = 256;
const up = 2;

/** Encodes class ids as an 8-bit grey PNG: what a canvas saves are colours. The ids may change as soon as it returns. */
export function encodeMask(ids: Uint8Array, width: number, height: number): Promise<Blob> {
  const kept = ids.slice();
  let row = 0;
  const rows = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(to) {
      const last = Math.min(height, row + rowsAtOnce);
      const filtered = new Uint8Array((last - row) * (width + 1));
      for (let at = 0; row < last; row++) {
        // A row of a mask mostly repeats the one above.
        filtered[at++] = up;
        const start = row * width;
        for (let x = start; x < start + width; x++) filtered[at++] = kept[x]! - (row > 0 ? kept[x - width]! : 0);
      }
      to.enqueue(filtered);
      if (row === height) to.close();
    },
  });
  return assemble(new Response(rows.pipeThrough(new CompressionStream('deflate'))).arrayBuffer(), width, height);
}

async function assemble(data: Promise<ArrayBuffer>, width: number, height: number): Promise<Blob> {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8);
  return new Blob([new Uint8Array(signature), chunk('IHDR', new Uint8Array(header.buffer)), chunk('IDAT', new Uint8Array(await data)), chunk('IEND', new Uint8Array())], { type: 'image/png' });
}

function chunk(type: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(12 + data.length);
  const view = new DataView(whole.buffer);
  view.setUint32(0, data.length);
  for (let at = 0; at < 4; at++) whole[4 + at] = type.charCodeAt(at);
  whole.set(data, 8);
  view.setUint32(8 + data.length, crc(whole.subarray(4, 8 + data.length)));
  return whole;
}

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
