import { call } from '../api';
import { download, h } from '../dom';
import { action, fieldOf } from '../ui';
import type { Dataset } from './records';

// As './roadseg dataset export --to' has them.
const tools = [['cvat', 'CVAT'], ['label-studio', 'Label Studio'], ['coco', 'COCO'], ['yolo', 'YOLO'], ['labelme', 'Labelme'], ['voc', 'Pascal VOC'], ['huggingface', 'Hugging Face']] as const;

const at = (set: Dataset, version: string) => `/v1/datasets/${encodeURIComponent(set.name)}/versions/${encodeURIComponent(version)}`;

/** The way of a set's newest version back to a labelling tool, and what became of its versions. */
export function versions(set: Dataset): HTMLElement[] {
  const others = set.versions.filter(version => version !== set.version);
  return [toTool(set), ...(others.length > 0 ? [compared(set, others)] : [])];
}

function toTool(set: Dataset): HTMLElement {
  const tool = h('select', { id: 'tool' }, ...tools.map(([value, name]) => h('option', { value }, name)));
  return h('section', { className: 'part' },
    h('h2', {}, 'For a labelling tool'),
    h('p', { className: 'hint' }, 'The images at the size of the set with their labels, as the tool imports them.'),
    h('div', { className: 'start' }, fieldOf('Tool', tool), action('Download for it', async () => {
      const archive = await (await call(`${at(set, set.version!)}/export?to=${tool.value}`)).blob();
      download(archive, `${set.name}-${tool.value}.zip`);
    }, 'button quiet')));
}

function compared(set: Dataset, others: string[]): HTMLElement {
  const before = h('select', { id: 'before' }, ...others.toReversed().map(version => h('option', { value: version }, version)));
  return h('section', { className: 'part' },
    h('h2', {}, 'What has changed'),
    h('p', { className: 'hint' }, 'Photos that came and went since another version, labels that were changed, and how the classes shifted, with pictures.'),
    h('div', { className: 'start' }, fieldOf('Since version', before), action('Download the comparison', async () => {
      const page = await (await call(`${at(set, before.value)}/diff.html?to=${encodeURIComponent(set.version!)}`)).blob();
      download(page, `${set.name}-changes.html`);
    }, 'button quiet')));
}
