import { call, Failure } from '../api';
import { decodePlane, type Plane } from '../explore/png';

/** What a person made of a job's mask before, with the version that names it; null while nobody has. */
export async function reviewedPlane(id: string): Promise<{ plane: Plane; version: string } | null> {
  try {
    const answer = await call(`/v1/jobs/${encodeURIComponent(id)}/review`);
    return { plane: await decodePlane(await answer.arrayBuffer()), version: (answer.headers.get('ETag') ?? '').replaceAll('"', '') };
  } catch (error) {
    if (error instanceof Failure && error.code === 'review-not-found') return null;
    throw error;
  }
}
