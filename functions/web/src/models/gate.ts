import { dateTime, h } from '../dom';
import { pill, table } from '../ui';
import type { Gate } from './records';

const number = (value: number | undefined) => (value === undefined ? '' : Number.isInteger(value) ? String(value) : value.toPrecision(3));

/** What the gate found of a version: each check with what was measured and what it was held against. */
export function gateReport(gate: Gate): HTMLElement {
  return h('section', {},
    h('h2', {}, 'Gate'),
    h('p', { className: gate.passed ? undefined : 'error' }, gate.passed ? 'Passed every check.' : 'Not passed, so the version did not go live by itself.'),
    h('p', { className: 'hint' }, `${gate.against ? `Compared with version ${gate.against}, ` : ''}${dateTime(gate.at)}`),
    table('Checks of the gate', ['Check', 'Result', 'Measured', 'Limit', 'In words'], gate.checks.map(check => [
      check.name.replaceAll('-', ' '), pill(check.passed ? 'succeeded' : 'failed', check.passed ? 'passed' : 'failed'), number(check.value), number(check.limit), check.note]), 0, 4));
}
