import { call, Failure, type Job } from '../api';

const largest = 8192;

/** The photo of a job: its overlay at opacity 0 is upright and in a format that every browser shows. Null when it is no longer kept. */
export async function photoOf(job: Job): Promise<ImageBitmap | null> {
  let file: Blob;
  try {
    file = await (await call(`${job.links.overlay}?opacity=0`)).blob();
  } catch (error) {
    if (error instanceof Failure && error.code === 'upload-missing') return null;
    throw error;
  }
  const { width, height } = job.image!;
  const shrink = Math.max(width, height) / largest;
  return createImageBitmap(file, shrink > 1 ? { resizeWidth: Math.round(width / shrink), resizeHeight: Math.round(height / shrink), resizeQuality: 'medium' } : {});
}
