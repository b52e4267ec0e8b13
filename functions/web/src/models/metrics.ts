import type { Labels } from '../api';
import { h, percent } from '../dom';
import { classBars, figures } from '../ui';
import type { MetricSet } from './records';

const wholes: [value: string, label: string][] = [
  ['pixelAccuracy', 'Pixel accuracy'], ['meanIoU', 'Mean IoU'], ['meanClassAccuracy', 'Mean class accuracy'], ['frequencyWeightedIoU', 'Frequency-weighted IoU'], ['boundaryF', 'Boundary F'],
];
const unnamed = '#8a9297';

/** What a model reached on a split: the wholes, and the IoU of each class. */
export function metricSet(set: MetricSet, classes: Labels['classes']): HTMLElement {
  const colors = new Map(classes.map(one => [one.name, one.color]));
  const rows = Object.entries(set.values).flatMap(([name, share]) =>
    name.startsWith('iou.') ? [{ name: name.slice(4), color: colors.get(name.slice(4)) ?? unnamed, share }] : []);
  return h('section', {},
    h('h3', {}, `Measured on ${set.dataset}, ${set.split} split, ${set.width} × ${set.height}${precision(set)}`),
    figures(...wholes.map(([name, label]) => {
      const [value, floor] = [set.values[name], set.values[`floor.${name}`]];
      return [label, value === undefined ? undefined : percent(value), floor === undefined ? undefined : `${percent(floor)} without a look`] as const;
    })),
    rows.length > 0 && classBars('Intersection over union by class', rows));
}

/** The mean IoU of the first measurement, in words. */
export const reached = (metrics: MetricSet[]) => {
  const best = metrics.find(set => set.values.meanIoU !== undefined);
  return best ? `${percent(best.values.meanIoU!)} mean IoU on ${best.dataset}` : 'no metrics';
};

const precision = (set: MetricSet) => {
  const found = /--precision (\w+)/.exec(set.command ?? '')?.[1];
  return found ? `, ${found}` : '';
};
