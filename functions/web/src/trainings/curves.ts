import { call, Failure } from '../api';
import { h, percent } from '../dom';
import { table } from '../ui';
import { chart } from './chart';
import { parseMetrics, type Metrics } from './metrics';
import type { Training } from './records';

/** The curves of a run: loss, and accuracy with mean IoU on val. `refresh` reads them anew. */
export function curves(): { element: HTMLElement; refresh: (run: Training, signal: AbortSignal) => Promise<void> } {
  const [loss, score] = [chart(), chart()];
  const numbers = h('div', {});
  const element = h('section', { hidden: true }, h('h2', {}, 'Curves'), h('div', { className: 'charts' }, loss.element, score.element), numbers);
  let known = '';

  function show(metrics: Metrics) {
    const last = Math.max(metrics.total, metrics.steps.at(-1)?.step ?? 0, metrics.evaluations.at(-1)?.step ?? 0);
    loss.show({
      title: 'Loss', unit: value => value.toFixed(value < 10 ? 2 : 0), last,
      series: [
        { name: 'each ten updates', look: 'thin', points: metrics.steps.map(point => [point.step, point.loss]) },
        { name: 'mean between evaluations', look: 'one', dots: true, points: metrics.evaluations.map(point => [point.step, point.trainLoss]) },
      ],
    });
    score.show({
      title: 'On the validation photos', unit: value => `${Math.round(1000 * value) / 10} %`, last, from: 0, to: 1,
      series: [
        { name: 'pixels right', look: 'two', dots: true, points: metrics.evaluations.map(point => [point.step, point.accuracy]) },
        { name: 'mean IoU', look: 'one', dots: true, points: metrics.evaluations.map(point => [point.step, point.meanIou]) },
      ],
      floors: [
        ...(metrics.floorAccuracy === undefined ? [] : [{ name: 'accuracy by guessing, without the photo', look: 'two floor', y: metrics.floorAccuracy }]),
        ...(metrics.floorMeanIou === undefined ? [] : [{ name: 'mean IoU by guessing', look: 'one floor', y: metrics.floorMeanIou }]),
      ],
    });
    numbers.replaceChildren(...(metrics.evaluations.length === 0 ? [] : [h('details', {}, h('summary', {}, 'Evaluations in numbers'),
      table('Evaluations', ['Epoch', 'Update', 'Train loss', 'Pixels right', 'Mean IoU'],
        metrics.evaluations.map(one => [String(one.epoch), one.step.toLocaleString('en'), one.trainLoss.toFixed(4), percent(one.accuracy), percent(one.meanIou)]), 4))]));
  }

  return {
    element,
    async refresh(run, signal) {
      let text: string;
      try {
        text = await (await call(run.links.metrics!, { signal })).text();
      } catch (error) {
        // Nothing was written down yet.
        if (error instanceof Failure && error.status === 404) return;
        throw error;
      }
      if (text === known || text === '') return;
      const open = numbers.querySelector('details')?.open ?? false;
      element.hidden = false;
      show(parseMetrics(text));
      const details = numbers.querySelector('details');
      if (details) details.open = open;
      known = text;
    },
  };
}
