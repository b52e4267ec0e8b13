import './style.css';
import './views.css';
import { place } from './address';
import { batchPage } from './batches/batch';
import { batches } from './batches/batches';
import { comparePage } from './compare/compare';
import { datasetPage } from './datasets/dataset';
import { datasets } from './datasets/datasets';
import { fill, h } from './dom';
import { drops } from './drops';
import { gallery } from './jobs/gallery';
import { home, take } from './jobs/home';
import { jobPage } from './jobs/job';
import { key } from './key';
import { models } from './models/models';
import { versionPage } from './models/version';
import { reviewPage } from './review/review';
import { trainingPage } from './trainings/training';
import { trainings } from './trainings/trainings';
import { uploadPage } from './upload/upload';

const main = document.getElementById('main')!;
const routes: [section: string, name: string][] = [['', 'Segment'], ['jobs', 'Jobs'], ['models', 'Models'], ['datasets', 'Data sets'], ['trainings', 'Training']];
// Views that belong to another's section.
const within: Record<string, string> = { compare: 'jobs', batches: 'jobs', upload: 'datasets', review: 'datasets' };
let leave = () => {};

function view(section: string, first: string | undefined, second: string | undefined): () => void {
  switch (section) {
    case 'jobs': return first && second === 'correct' ? correctPage(main, first) : first ? jobPage(main, first) : gallery(main);
    case 'batches': return first ? batchPage(main, first) : batches(main);
    case 'compare': return comparePage(main, first ?? '', second ?? '');
    case 'models': return first && second ? versionPage(main, first, second) : models(main);
    case 'datasets': return first ? datasetPage(main, first) : datasets(main);
    case 'upload': return uploadPage(main);
    case 'review': return reviewPage(main);
    case 'trainings': return first ? trainingPage(main, first) : trainings(main);
    case '': return home(main);
    default: return nowhere();
  }
}

// The editor is loaded when somebody corrects something: a first visit goes without it.
function correctPage(place: HTMLElement, job: string): () => void {
  let left = false;
  let leave = () => { left = true; };
  import('./edit/page').then(({ editorPage }) => { if (!left) leave = editorPage(place, job); }, () => {
    if (!left) fill(place, h('p', { className: 'error', role: 'alert' }, 'The editor could not be loaded. Check the connection, then reload the page.'));
  });
  return () => leave();
}

function nowhere(): () => void {
  document.title = 'No such page · RoadSeg';
  fill(main,
    h('div', { className: 'page-head' }, h('h1', {}, 'There is no such page'), h('p', { className: 'muted facts' }, 'The address is mistyped, or of a newer RoadSeg than this one.')),
    h('div', { className: 'row' }, h('a', { className: 'button', href: '#/' }, 'Segment a photo'), h('a', { className: 'button quiet', href: '#/jobs' }, 'Look at your jobs')));
  return () => {};
}

function go(begin = false) {
  leave();
  const { parts: [section = '', first, second] } = place();
  const here = routes.find(([name]) => name === (within[section] ?? section));
  if (here) document.title = `${here[1]} · RoadSeg`;
  fill(document.getElementById('header')!,
    h('div', { className: 'bar-inner' },
      h('a', { className: 'wordmark', href: '#/', 'aria-label': 'RoadSeg, start' }, h('img', { src: '/favicon.svg', alt: '', width: 26, height: 26 }), 'RoadSeg'),
      h('nav', { 'aria-label': 'Main' }, ...routes.map(route => h('a', { href: `#/${route[0]}`, 'aria-current': route === here ? (first || section !== route[0] ? 'true' : 'page') : undefined }, route[1])))));
  leave = view(section, first, second);
  if (!begin) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

function footer() {
  fill(document.getElementById('footer')!,
    h('span', {}, 'Photos go to this service’s own storage and nowhere else.'),
    h('a', { href: '/openapi/v1.json' }, 'API description'),
    key.get() ? h('button', { type: 'button', className: 'text-button', onclick: () => { key.forget(); location.reload(); } }, 'Forget the key') : null);
}

// Its address would be taken for a route.
document.querySelector('.skip')!.addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});

addEventListener('hashchange', () => go());

// Photos may be dropped or pasted anywhere, and a data set where one is uploaded.
let inside = 0;
const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
const mark = () => {
  document.body.dataset.drop = drops.view?.words ?? 'Drop to segment';
  document.body.classList.toggle('dropping', inside > 0);
};
addEventListener('dragenter', event => { if (carriesFiles(event)) { inside++; mark(); } });
addEventListener('dragleave', event => { if (carriesFiles(event)) { inside--; mark(); } });
addEventListener('dragover', event => { if (carriesFiles(event)) event.preventDefault(); });
addEventListener('drop', event => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  inside = 0;
  mark();
  if (drops.view) drops.view.take(event.dataTransfer!);
  else take(event.dataTransfer!.files);
});
addEventListener('paste', event => {
  const files = event.clipboardData?.files;
  if (files?.length) {
    event.preventDefault();
    take(files);
  }
});

key.changed = footer;
footer();
go(true);
