import type { Captured, Job } from '../api';
import { h } from '../dom';

/** When, where and with what a photo was taken, as far as its file says; nothing where it says nothing. */
export function capturedSection(job: Job): HTMLElement | undefined {
  const facts: [string, Node | string | undefined][] = [
    ['Taken', timeOf(job.captured)],
    ['Camera', [job.captured?.camera?.make, job.captured?.camera?.model].filter(Boolean).join(' ') || undefined],
    ['Place', job.privacy?.includes('no-location') ? 'Not kept, as was asked' : placeOf(job.captured)],
    ['Height', job.captured?.position?.altitude === undefined ? undefined : `${number(job.captured.position.altitude, 1)} m`],
    ['Looking', directionOf(job.captured)],
    ['Obscured', job.redaction && `${job.redaction.classes.join(', ')}: ${number(100 * job.redaction.share, 1)} % of the picture. The original was deleted.`],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  if (known.length === 0) return undefined;
  return h('section', { className: 'captured', 'aria-labelledby': 'captured-title' },
    h('h2', { id: 'captured-title' }, 'The photo'),
    h('dl', {}, ...known.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])));
}

// As the camera's clock showed it: what that is here depends on an offset that most cameras do not write.
export const timeOf = (captured?: Captured) =>
  captured?.localTime && `${captured.localTime.replace('T', ' ').replace(/\.\d+$/, '')}${captured.utcOffset ? ` (UTC ${captured.utcOffset})` : ''}`;

export const placeOf = (captured?: Captured) =>
  captured?.position && `${number(Math.abs(captured.position.latitude), 5)}° ${captured.position.latitude < 0 ? 'S' : 'N'}, ${number(Math.abs(captured.position.longitude), 5)}° ${captured.position.longitude < 0 ? 'W' : 'E'}`;

const points = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

const directionOf = (captured?: Captured) =>
  captured?.direction && `${points[Math.round(captured.direction.degrees / 45) % 8]}, ${number(captured.direction.degrees, 0)}°${captured.direction.north === 'magnetic' ? ' by compass' : ''}`;

const number = (value: number, digits: number) => value.toLocaleString('en', { maximumFractionDigits: digits, useGrouping: false });
