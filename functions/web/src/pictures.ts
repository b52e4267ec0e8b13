import { call, Failure } from './api';
import { h } from './dom';

/** Shows a picture of the API, fetched so that the key is a header. Null where there is none (yet). */
export async function picture(address: string, alt: string, signal: AbortSignal): Promise<HTMLImageElement | null> {
  try {
    const url = URL.createObjectURL(await (await call(address, { signal })).blob());
    return h('img', { src: url, alt, className: 'picture', onload: () => URL.revokeObjectURL(url), onerror: () => URL.revokeObjectURL(url) });
  } catch (error) {
    if (error instanceof Failure && error.status === 404) return null;
    throw error;
  }
}
