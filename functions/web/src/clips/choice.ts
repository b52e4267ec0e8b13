// Brands of pictures and of music, in a container that videos have too.
const pictures = ['heic', 'heix', 'hevc', 'heim', 'mif1', 'msf1', 'avif', 'avis', 'M4A ', 'M4B '];
const atoms = ['moov', 'mdat', 'wide', 'free', 'skip'];
const trackBytes = 2 ** 16;

/** True of what its name says is a track. */
export const isTrack = (file: File) => /\.gpx$/i.test(file.name);

/** What keeps a file from being sent as a video, in words; the service looks more closely. */
export async function problemOfVideo(file: File): Promise<string | undefined> {
  if (file.size === 0) return empty(file);
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...start);
  const [kind, brand] = [text.slice(4, 8), text.slice(8, 12)];
  const known = text.startsWith('\x1A\x45\xDF\xA3') || atoms.includes(kind) || (kind === 'ftyp' && !pictures.includes(brand));
  return known ? undefined : `${file.name} is no video that can be read here. Choose an MP4, MOV, WebM or MKV file.`;
}

/** What keeps a file from being sent as a track, in words. */
export async function problemOfTrack(file: File): Promise<string | undefined> {
  if (file.size === 0) return empty(file);
  // Letters of two bytes are read well enough.
  const text = (await file.slice(0, trackBytes).text()).replaceAll('\0', '');
  return /<(\w+:)?gpx[\s>]/.test(text) ? undefined
    : `${file.name} is no GPX track. Export the track of the same drive as GPX, and choose that.`;
}

const empty = (file: File) => `${file.name} is empty, of 0 bytes. Often a copy was cut short. Choose it again when it is whole.`;
