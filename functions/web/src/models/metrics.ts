import type { Labels } from '../api';
import { h, percent } from '../dom';
import { classBars, figures } from '../ui';
import type { MetricSet } from './records';

const wholes: [value: string, label: string, meaning: string][] = [
  ['pixelAccuracy', 'Pixels right', 'The share of all pixels whose class is right (pixel accuracy). Large classes such as road and sky decide it.'],
  ['meanIoU', 'Mean IoU', 'For each class, the pixels that are rightly of it, divided by all pixels that are of it or were taken for it (intersection over union); then the mean over the classes, in which a rare class counts as much as a frequent one.'],
  ['meanClassAccuracy', 'Mean class accuracy', 'The share of each class’s pixels that were found, and the mean of that over the classes.'],
  ['frequencyWeightedIoU', 'Weighted IoU', 'As mean IoU, but a class counts by how many pixels it has (frequency-weighted IoU).'],
  ['boundaryF', 'Outlines right', 'How well outlines of objects lie where they should, within 0.75 % of the photo’s diagonal (boundary F-score).'],
];
const guess = 'What one reaches without seeing the photo, by naming at every place the class that is most frequent there. Only what is above it was learned.';
const unnamed = '#8a9297';

/** What a model reached on a split: the wholes, and the IoU of each class. */
export function metricSet(set: MetricSet, classes: Labels['classes']): HTMLElement {
  const colors = new Map(classes.map(one => [one.name, one.color]));
  const rows = Object.entries(set.values).flatMap(([name, share]) =>
    name.startsWith('iou.') ? [{ name: name.slice(4), color: colors.get(name.slice(4)) ?? unnamed, share }] : []);
  const present = wholes.filter(([name]) => set.values[name] !== undefined);
  const floors = present.some(([name]) => set.values[`floor.${name}`] !== undefined);
  return h('section', {},
    h('h3', {}, `Measured on ${measuredOn(set)}${precision(set)}`),
    figures(...present.map(([name, label]) => {
      const floor = set.values[`floor.${name}`];
      return [label, percent(set.values[name]!), floor === undefined ? undefined : `${percent(floor)} by guessing`] as const;
    })),
    present.length > 0 && h('details', { className: 'meaning' }, h('summary', {}, 'What these figures mean'),
      h('dl', {}, ...[...present.map(([, label, meaning]) => [label, meaning] as const), ...(floors ? [['By guessing', guess] as const] : [])].flatMap(([label, meaning]) => [h('dt', {}, label), h('dd', {}, meaning)])),
      h('p', {}, 'They hold for photos like those of this data set. Figures of different data sets say nothing about which model is better.')),
    rows.length > 0 && classBars('IoU by class', rows));
}

const measuredOn = (set: MetricSet) => `${set.dataset}, ${set.split === 'val' ? 'validation' : set.split} photos at ${set.width} × ${set.height}`;

const whole = (metrics: MetricSet[]) => metrics.find(set => set.values.meanIoU !== undefined);

/** The mean IoU of the first measurement, in words; beside other versions only where it was measured on the same photos as `beside`. */
export function reached(metrics: MetricSet[], beside: MetricSet[]): string {
  const [best, other] = [whole(metrics), whole(beside)];
  if (!best) return 'not measured';
  return !other || measuredOn(best) === measuredOn(other) ? `${percent(best.values.meanIoU!)} mean IoU on ${best.dataset}` : `measured on ${best.dataset}, which cannot be compared with the live version`;
}

const precision = (set: MetricSet) => {
  const found = /--precision (\w+)/.exec(set.command ?? '')?.[1];
  return found ? `, ${found} graph` : '';
};
