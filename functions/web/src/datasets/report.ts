import { call } from '../api';
import { download, h, percent } from '../dom';
import { action, classBars, figures, swatch, table } from '../ui';
import type { Dataset, Report } from './records';
import { samples } from './samples';

const most = { values: 400, sizes: 20 };
const count = (number: number) => number.toLocaleString('en');
const problems = new Set(['unknown', 'ambiguous', 'overlap']);

const splits: Record<string, string> = { train: 'training', val: 'validation' };

/** What was found in a data set, as sections. */
export function reportOf(set: Dataset, report: Report, signal: AbortSignal): HTMLElement[] {
  const skipped = report.faults.filter(group => group.skipped).reduce((sum, group) => sum + group.count, 0);
  const kept = report.faults.filter(group => !group.skipped).reduce((sum, group) => sum + group.count, 0);
  const unknown = report.unknownPixels / Math.max(1, report.pixels);
  return [
    h('section', { 'aria-label': 'In numbers' },
      h('p', { className: 'muted facts' }, [
        report.layout && `arranged as ${report.layout}`,
        report.target.width > 0 && `${report.target.width} × ${report.target.height}`, report.licence || 'licence not stated', report.version && `fingerprint of its content ${report.version}`,
      ].filter(Boolean).join('  ·  ')),
      figures(
        ['Usable images', report.usable, `of ${count(report.pairs)} pairs in ${count(report.files)} files`],
        ...report.splits.map(split => [`For ${splits[split.split.toLowerCase()] ?? split.split.toLowerCase()}`, split.images, split.groups > 0 ? `${count(split.groups)} ${split.groups === 1 ? 'group' : 'groups'}` : undefined] as const),
        ['Skipped', skipped],
        ['Warnings', kept, unknown > 0 ? `${percent(unknown)} of pixels unknown` : undefined]),
      ...report.notes.map(note => h('p', { className: 'note' }, note))),
    ...(report.classes.length > 0 ? [classes(report), samples(set, signal)] : []),
    findings(report),
    ...(report.values.length > 0 ? [values(report)] : []),
    ...(report.sizes.length > 0 ? [sizes(report)] : []),
    files(set),
  ];
}

function classes(report: Report): HTMLElement {
  const largest = Math.max(1e-9, ...report.classes.map(one => one.share));
  const rows = report.classes.toSorted((a, b) => b.share - a.share || a.id - b.id);
  return h('section', {},
    h('h2', {}, 'Classes'),
    // A square root shows rare classes beside frequent ones.
    classBars('Share of the labelled pixels, and images with the class. The bars show rare classes longer than they are.',
      rows.map(one => ({ ...one, part: Math.sqrt(one.share / largest), detail: `${count(one.images)} ${one.images === 1 ? 'image' : 'images'}` }))));
}

function findings(report: Report): HTMLElement {
  return h('section', {},
    h('h2', {}, 'Findings'),
    report.faults.length === 0 && h('p', {}, report.problem ? 'None beside the reason above.' : 'None: every file paired, decoded and mapped.'),
    ...report.faults.map(group => h('details', { className: 'finding', open: report.faults.length <= 3 },
      h('summary', {},
        h('span', { className: group.skipped ? 'count error' : 'count' }, count(group.count)), ` ${group.kind.replaceAll('-', ' ')} `,
        h('span', { className: 'hint' }, `${group.skipped ? 'skipped' : 'kept'}${group.pixels > 0 ? `, ${count(group.pixels)} pixels` : ''}`)),
      table(group.count > group.examples.length ? `The first ${group.examples.length}` : `${group.kind.replaceAll('-', ' ')}, by file`, ['File', 'Detail', 'Pixels'],
        group.examples.map(one => [one.file, one.detail, one.pixels > 0 ? count(one.pixels) : '']), 1, 1))));
}

function values(report: Report): HTMLElement {
  const rank = (name: string) => (problems.has(name) ? 0 : 1);
  const rows = report.values.toSorted((a, b) => rank(a.class) - rank(b.class) || b.pixels - a.pixels);
  const unmapped = rows.filter(one => problems.has(one.class)).length;
  return h('section', {},
    h('h2', {}, 'Values in the masks'),
    h('details', { open: unmapped > 0 },
      h('summary', {}, `${count(rows.length)} different values${unmapped > 0 ? `, ${count(unmapped)} of them not mapped to a class` : ', each mapped'}`),
      table(rows.length > most.values ? `The first ${most.values}` : 'Every value', ['Value', 'Name', 'Class', 'Pixels', 'Masks'],
        rows.slice(0, most.values).map(one => [
          h('span', {}, one.value.startsWith('#') && swatch(one.value), one.value), one.name,
          problems.has(one.class) ? h('span', { className: 'error' }, one.class) : one.class, count(one.pixels), count(one.images)]), 2)));
}

function sizes(report: Report): HTMLElement {
  return h('section', {},
    h('h2', {}, 'Sizes of the files'),
    h('details', {},
      h('summary', {}, `${count(report.sizes.length)} ${report.sizes.length === 1 ? 'size' : 'sizes'}`),
      table('Images by size', ['Size', 'Images'], report.sizes.slice(0, most.sizes).map(one => [one.width === 0 ? 'others' : `${one.width} × ${one.height}`, count(one.images)]), 1)));
}

function files(set: Dataset): HTMLElement {
  const get = (link: string, label: string, name: string) => set.links[link]
    ? [action(label, async () => download(await (await call(set.links[link]!)).blob(), `${set.name}.${name}`), 'button quiet')]
    : [];
  return h('section', {},
    h('h2', {}, 'Download'),
    h('div', { className: 'row' }, ...get('page', 'Report as a page', 'report.html'), ...get('report', 'Report as JSON', 'report.json'), ...get('faults', 'All findings', 'faults.jsonl')));
}
