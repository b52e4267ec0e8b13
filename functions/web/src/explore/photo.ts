import { call, Failure, type Job } from '../api';
import { decodePlane, type Plane } from './png';

/** The photo of a job: its overlay at opacity 0 is upright and in a format that every browser shows. Null when it is no longer kept. */
export async function photoOf(job: Job): Promise<Blob | null> {
  try {
    return await (await call(`${job.links.overlay}?opacity=0`)).blob();
  } catch (error) {
    if (error instanceof Failure && error.code === 'upload-missing') return null;
    throw error;
  }
}

/** The samples of a job's mask, or of its confidence. */
export const planeOf = async (job: Job, link: 'mask' | 'confidence' | 'review'): Promise<Plane> => decodePlane(await (await call(job.links[link]!)).arrayBuffer());
