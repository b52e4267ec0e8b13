import { call, Failure, json, type Job } from '../api';
import { fill, h } from '../dom';
import { listen, submissions, submit } from '../jobs/submission';
import { modelPath, type Model, type Versions } from '../models/records';
import { stateWord, versionName } from '../models/named';
import { action, words } from '../ui';

/** Sends the photo of a job to another version of a model, and goes to the comparison of the two. */
export function compareWith(job: Job): HTMLElement {
  const content = h('div', {}, h('p', { className: 'hint' }, 'Reading the versions …'));
  const section = h('details', { className: 'compare-start', ontoggle: () => { if (section.open) void offer(); } }, h('summary', {}, 'Compare with another model'), content);

  async function offer() {
    try {
      const { items } = await json<{ items: Model[] }>('/v1/models');
      const versions = await Promise.all(items.map(model => json<Versions>(`${modelPath(model.name)}/versions`)));
      const others = versions.flatMap(model => model.items).filter(one => one.name !== job.result?.model || one.version !== job.result.modelVersion);
      if (others.length === 0) return fill(content, h('p', { className: 'hint' }, 'There is no other version yet. A training run makes one.'));
      const choice = h('select', { id: 'other-model' }, ...others.map(one => h('option', { value: `${one.name}@${one.version}` }, `${one.name} of ${versionName(one.version)} (${stateWord[one.state]})`)));
      const held = submissions.some(one => one.id === job.id && one.file);
      fill(content,
        h('div', { className: 'field' }, h('label', { for: 'other-model' }, 'Other version'), choice),
        !held && h('p', { className: 'hint' }, 'The photo’s file is not held by this page any more, so a new JPEG of it is sent: tiny differences may come of that.'),
        action('Compare', async () => { location.hash = `#/compare/${job.id}/${await again(job, choice.value)}`; }, 'button quiet'));
    } catch (error) {
      fill(content, h('p', { className: 'error', role: 'alert' }, words(error)));
    }
  }

  return section;
}

/** Submits a job's photo once more, to a version; the new job's id. */
async function again(job: Job, model: string): Promise<string> {
  const held = submissions.find(one => one.id === job.id);
  const file = held?.file ?? new File([await (await call(`${job.links.overlay}?opacity=0`)).blob()], job.fileName ?? 'photo.jpg', { type: 'image/jpeg' });
  const submission = submit([file], model)[0]!;
  return new Promise((resolve, reject) => {
    const stop = listen(() => {
      if (!submission.id && !submission.error) return;
      stop();
      if (submission.id) resolve(submission.id);
      else reject(new Failure(submission.error!));
    });
  });
}
