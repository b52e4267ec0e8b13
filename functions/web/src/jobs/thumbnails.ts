import { call, type Job } from '../api';

// Of two thirds of a megabyte each.
const most = 96;
const width = 480;

type Seen = Pick<Job, 'id' | 'links'>;

const made = new Map<string, Promise<ImageBitmap>>();
let making: Promise<unknown> = Promise.resolve();

// One after another: the service makes each from the photo, and people look at the first ones first.
function thumbnail(job: Seen): Promise<ImageBitmap> {
  let one = made.get(job.id);
  if (!one) {
    one = making.then(async () => createImageBitmap(await (await call(`${job.links.overlay}?format=webp&width=${width}`)).blob()));
    making = one.catch(() => undefined);
    made.set(job.id, one);
    if (made.size > most) made.delete(made.keys().next().value!);
    one.catch(() => made.delete(job.id));
  }
  return one;
}

/** Paints what came of a job, small. */
export async function paint(canvas: HTMLCanvasElement, job: Seen) {
  try {
    const image = await thumbnail(job);
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext('2d')!.drawImage(image, 0, 0);
    canvas.classList.add('painted');
  } catch {
    canvas.classList.add('empty');
  }
}
