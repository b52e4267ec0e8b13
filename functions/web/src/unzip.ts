import { Failure } from './api';

const endBytes = 22;
const mostComment = 0xffff;
const wide = 0xffffffff;

/** A file in a zip. */
export interface Entry {
  /** Its path with / between folders. */
  name: string;
  /** Bytes, unpacked. */
  size: number;
  text: () => Promise<string>;
}

/** What the directory of a zip says is in it; of the files themselves nothing is read. Folders are left out. */
export async function entriesOf(archive: Blob): Promise<Entry[]> {
  const { at, bytes, count } = await directoryOf(archive);
  const view = await viewOf(archive, at, bytes);
  const found: Entry[] = [];
  for (let entry = 0, from = 0; entry < count; entry++) {
    if (from + 46 > view.byteLength || view.getUint32(from, true) !== 0x02014b50) throw damaged();
    const [method, packed, size] = [view.getUint16(from + 10, true), view.getUint32(from + 20, true), view.getUint32(from + 24, true)];
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map(field => view.getUint16(from + field, true)) as [number, number, number];
    if (from + 46 + nameBytes + extraBytes > view.byteLength) throw damaged();
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, from + 46, nameBytes)).replaceAll('\\', '/');
    const places = wides(view, from + 46 + nameBytes, extraBytes, [size, packed, view.getUint32(from + 42, true)]);
    if (!name.endsWith('/')) found.push({ name, size: places[0]!, text: () => textOf(archive, method, places[1]!, places[2]!) });
    from += 46 + nameBytes + extraBytes + commentBytes;
  }
  return found;
}

async function directoryOf(archive: Blob): Promise<{ at: number; bytes: number; count: number }> {
  const from = Math.max(0, archive.size - endBytes - mostComment);
  const tail = await viewOf(archive, from, archive.size - from);
  for (let end = tail.byteLength - endBytes; end >= 0; end--) {
    if (tail.getUint32(end, true) !== 0x06054b50) continue;
    const [count, bytes, at] = [tail.getUint16(end + 10, true), tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)];
    if (at !== wide && bytes !== wide && count !== 0xffff) return { at, bytes, count };
    // More than the first form of the directory can say: it says where the second one is.
    if (end < 20 || tail.getUint32(end - 20, true) !== 0x07064b50) throw damaged();
    const more = await viewOf(archive, Number(tail.getBigUint64(end - 12, true)), 56);
    if (more.byteLength < 56 || more.getUint32(0, true) !== 0x06064b50) throw damaged();
    return { at: Number(more.getBigUint64(48, true)), bytes: Number(more.getBigUint64(40, true)), count: Number(more.getBigUint64(32, true)) };
  }
  throw damaged();
}

// Numbers that do not fit their fields stand in the extra field, in this order.
function wides(view: DataView, from: number, length: number, numbers: number[]): number[] {
  for (let at = from; at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let next = at + 4;
    return numbers.map(number => {
      if (number !== wide) return number;
      if (next + 8 > from + length) throw damaged();
      next += 8;
      return Number(view.getBigUint64(next - 8, true));
    });
  }
  return numbers;
}

async function textOf(archive: Blob, method: number, packed: number, at: number): Promise<string> {
  const head = await viewOf(archive, at, 30);
  if (head.byteLength < 30 || head.getUint32(0, true) !== 0x04034b50) throw damaged();
  const from = at + 30 + head.getUint16(26, true) + head.getUint16(28, true);
  const content = archive.slice(from, from + packed);
  if (method !== 0 && method !== 8) throw damaged();
  try {
    return await new Response(method === 0 ? content : content.stream().pipeThrough(new DecompressionStream('deflate-raw'))).text();
  } catch {
    throw damaged();
  }
}

const viewOf = async (archive: Blob, from: number, bytes: number) => new DataView(await archive.slice(from, from + bytes).arrayBuffer());
const damaged = () => new Failure('It is no zip, or was cut short. Pack it again as a plain zip, and choose that.');
