import { dateTime, h } from '../dom';
import { pill, table } from '../ui';
import { versionName } from './named';
import type { Gate } from './records';

const number = (value: number | undefined) => (value === undefined ? '' : Number.isInteger(value) ? String(value) : value.toPrecision(3));

const checks: Record<string, string> = {
  'self-test': 'Self-test', 'mean-iou': 'Mean IoU', 'class-iou': 'IoU of each class', latency: 'Time per photo', disagreement: 'Differences from the live version', 'int8-loss': 'Loss by INT8',
};

/** What the gate found of a version: each check with what was measured and what it was held against. */
export function gateReport(gate: Gate): HTMLElement {
  return h('section', {},
    h('h2', {}, 'Checks before it goes live'),
    h('p', { className: gate.passed ? undefined : 'error' }, gate.passed ? 'Passed every check.' : 'Not every check was passed, so the version did not go live by itself.'),
    h('p', { className: 'hint' }, `${gate.against ? `Held against the version of ${versionName(gate.against)}, which was live then, on the same photos. ` : ''}${dateTime(gate.at)}`),
    table('Checks', ['Check', 'Result', 'Measured', 'Limit', 'In words'], gate.checks.map(check => [
      checks[check.name] ?? check.name.replaceAll('-', ' '), pill(check.passed ? 'succeeded' : 'failed', check.passed ? 'passed' : 'failed'), number(check.value), number(check.limit), check.note]), 0, 4));
}
