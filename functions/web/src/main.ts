import './style.css';
import { key } from './api';
import { fill, h } from './dom';
import { gallery } from './jobs/gallery';
import { home, take } from './jobs/home';
import { jobPage } from './jobs/job';
import { models } from './models/models';

const main = document.getElementById('main')!;
const routes: [hash: string, name: string][] = [['#/', 'Segment'], ['#/jobs', 'Jobs'], ['./models/models', 'Models']];
let leave = () => {};

function go(first = false) {
  leave();
  const [section, id] = location.hash.replace(/^#\//, '').split('/');
  const here = section === 'jobs' ? '#/jobs' : section === 'models' ? './models/models' : '#/';
  document.title = `${routes.find(([hash]) => hash === here)![1]} · RoadSeg`;
  fill(document.getElementById('header')!,
    h('div', { className: 'bar-inner' },
      h('a', { className: 'wordmark', href: '#/', 'aria-label': 'RoadSeg, start' }, h('img', { src: '/favicon.svg', alt: '', width: 26, height: 26 }), 'RoadSeg'),
      h('nav', { 'aria-label': 'Main' }, ...routes.map(([hash, name]) => h('a', { href: hash, 'aria-current': hash === here ? (id ? 'true' : 'page') : undefined }, name)))));
  fill(document.getElementById('footer')!,
    h('span', {}, 'Photos go to this service’s own storage and nowhere else.'),
    h('a', { href: '/openapi/v1.json' }, 'API description'),
    key.get() ? h('button', { type: 'button', className: 'text-button', onclick: () => { key.forget(); location.reload(); } }, 'Forget the key') : null);
  leave = here === '#/jobs' ? (id ? jobPage(main, id) : gallery(main)) : here === './models/models' ? models(main) : home(main);
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
}

// Its address would be taken for a route.
document.querySelector('.skip')!.addEventListener('click', event => {
  event.preventDefault();
  main.focus();
});

addEventListener('hashchange', () => go());

// Photos may be dropped or pasted anywhere.
let inside = 0;
const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
const mark = () => document.body.classList.toggle('dropping', inside > 0);
addEventListener('dragenter', event => { if (carriesFiles(event)) { inside++; mark(); } });
addEventListener('dragleave', event => { if (carriesFiles(event)) { inside--; mark(); } });
addEventListener('dragover', event => { if (carriesFiles(event)) event.preventDefault(); });
addEventListener('drop', event => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  inside = 0;
  mark();
  take(event.dataTransfer!.files);
});
addEventListener('paste', event => {
  const files = event.clipboardData?.files;
  if (files?.length) {
    event.preventDefault();
    take(files);
  }
});

go(true);
