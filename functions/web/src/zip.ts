import { Failure } from './api';

const most = 2 ** 32 - 1;
const utf8 = 0x800;
const version = 20;
// The first of January 1980, before which the form knows no time.
const date = 0x21;

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

function crc(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = table[(value ^ byte) & 255]! ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}

/** A zip of files as they are: pictures are compressed already. */
export async function zip(files: readonly { name: string; content: Blob }[]): Promise<Blob> {
  const parts: BlobPart[] = [];
  const directory: BlobPart[] = [];
  let at = 0;
  let listed = 0;
  for (const { name, content } of files) {
    const title = new TextEncoder().encode(name);
    const sum = crc(new Uint8Array(await content.arrayBuffer()));
    // Version, flags, method, time, date, checksum, both sizes, length of the name.
    const common = (view: DataView, from: number) => {
      view.setUint16(from, version, true);
      view.setUint16(from + 2, utf8, true);
      view.setUint16(from + 8, date, true);
      view.setUint32(from + 10, sum, true);
      view.setUint32(from + 14, content.size, true);
      view.setUint32(from + 18, content.size, true);
      view.setUint16(from + 22, title.length, true);
    };
    const head = new DataView(new ArrayBuffer(30));
    head.setUint32(0, 0x04034b50, true);
    common(head, 4);
    const entry = new DataView(new ArrayBuffer(46));
    entry.setUint32(0, 0x02014b50, true);
    entry.setUint16(4, version, true);
    common(entry, 6);
    entry.setUint32(42, at, true);
    parts.push(head.buffer, title, content);
    directory.push(entry.buffer, title);
    at += 30 + title.length + content.size;
    listed += 46 + title.length;
    if (at + listed > most || files.length > 0xffff) throw new Failure('That is more than a zip file holds. Select fewer photos.');
  }
  const end = new DataView(new ArrayBuffer(22));
  end.setUint32(0, 0x06054b50, true);
  end.setUint16(8, files.length, true);
  end.setUint16(10, files.length, true);
  end.setUint32(12, listed, true);
  end.setUint32(16, at, true);
  return new Blob([...parts, ...directory, end.buffer], { type: 'application/zip' });
}
