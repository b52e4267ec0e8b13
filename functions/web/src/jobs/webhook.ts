import { ended, json, type Job } from '../api';
import { announce, duration, fill, h } from '../dom';
import { repeat } from '../live';
import { action } from '../ui';

const fastest = 2000;
const slowest = 15_000;

/** A call to the receiver, as the service tells of it. */
interface Outcome { status?: number; error?: string; milliseconds?: number }
interface TestResult extends Outcome { delivered: boolean }

const exact = (time: string) => new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** What became of a job's webhook: whom it tells, how each call went, and ways to call again. `tell` gives it the job as it stands. */
export function webhookSection(id: string, signal: AbortSignal): { section: HTMLElement; tell: (job: Job) => void } {
  const address = h('p', { className: 'facts' });
  const standing = h('p', { role: 'status' });
  const list = h('ol', { className: 'deliveries', reversed: true });
  const trouble = h('p', { className: 'hint', role: 'status', hidden: true });
  const tested = h('p', { role: 'status', hidden: true });
  const again = action('Deliver again', async () => tell(await json<Job>(`/v1/jobs/${encodeURIComponent(id)}/webhook`, { method: 'POST', signal })), 'button quiet');
  const section = h('section', { 'aria-labelledby': 'webhook-title', hidden: true },
    h('h2', { id: 'webhook-title' }, 'Webhook'), address, standing, list, trouble,
    h('div', { className: 'row top' }, again, action('Send a test message', test, 'button quiet')), tested);
  let url = '';
  let shown = '';
  let following = false;

  function tell(job: Job) {
    const hook = job.webhook;
    section.hidden = !hook;
    if (!hook) return;
    url = hook.url;
    again.hidden = !ended(job.state);
    const now = JSON.stringify([hook, ended(job.state)]);
    if (now !== shown) {
      fill(address, 'Tells ', h('code', {}, url), ' when the job has ended.');
      standing.textContent = stands(job);
      fill(list, ...[...hook.deliveries ?? []].reverse().map(one => h('li', {},
        h('span', { className: `state ${taken(one) ? 'succeeded' : 'failed'}` }, taken(one) ? 'taken' : 'not taken'), ' ',
        h('time', { dateTime: one.at }, exact(one.at)),
        !taken(one) && h('span', {}, `: ${why(one)}.`),
        h('span', { className: 'hint' }, [
          one.milliseconds !== undefined && `took ${duration(one.milliseconds)}`,
          one.nextAt !== undefined && `next attempt ${exact(one.nextAt)}`,
        ].filter(Boolean).join('  ·  ')))));
    }
    shown = now;
    if (waits(job) && !following) void follow();
  }

  async function follow() {
    following = true;
    await repeat(signal, async () => {
      const job = await json<Job>(`/v1/jobs/${encodeURIComponent(id)}`, { signal });
      trouble.hidden = true;
      tell(job);
      if (!waits(job)) return null;
      const next = job.webhook?.deliveries?.at(-1)?.nextAt;
      return Math.max(fastest, Math.min(slowest, next ? Date.parse(next) - Date.now() : 0));
    }, text => {
      trouble.textContent = text;
      trouble.hidden = false;
    });
    following = false;
  }

  async function test() {
    tested.hidden = true;
    const result = await json<TestResult>('/v1/webhooks/test', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ url }), signal });
    tested.className = result.delivered ? '' : 'error';
    tested.textContent = result.delivered ? `The receiver took the test message, in ${duration(result.milliseconds ?? 0)}.` : `The receiver did not take the test message: ${why(result)}.`;
    tested.hidden = false;
    announce(tested.textContent);
  }

  return { section, tell };
}

const taken = ({ status }: Outcome) => status !== undefined && status >= 200 && status < 300;
const waits = ({ state, webhook }: Job) => webhook !== undefined && ended(state) && !webhook.deliveredAt && !webhook.givenUpAt;

function stands({ state, webhook: hook }: Job): string {
  if (!ended(state)) return 'Nothing is sent before that.';
  if (hook!.deliveredAt) return `The receiver took it on ${exact(hook!.deliveredAt)}.`;
  if (hook!.givenUpAt) return `It was given up on ${exact(hook!.givenUpAt)}: the receiver did not take it. Deliver it again when the receiver is well.`;
  return hook!.deliveries?.length ? 'The receiver has not taken it yet. It is tried again by itself.' : 'It is on its way.';
}

// For those who run the receiver, with the number that its log has.
function why({ status, error }: Outcome): string {
  if (status === undefined) return error ?? 'the service was interrupted';
  const said = status === 401 || status === 403 ? 'the receiver did not let it in'
    : status === 404 || status === 405 ? 'the receiver takes nothing at this address'
    : status === 410 ? 'the receiver said that it is gone for good'
    : status === 408 || status === 429 || status === 503 ? 'the receiver was busy'
    : status >= 500 ? 'the receiver failed'
    : status >= 400 ? 'the receiver refused it'
    : 'the receiver pointed to another address, and none is followed';
  return `${said} (answer ${status})`;
}
