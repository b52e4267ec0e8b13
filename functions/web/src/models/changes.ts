import { call } from '../api';
import { ask } from '../dialog';
import { announce, dateTime, h } from '../dom';
import { table } from '../ui';
import { versionName } from './named';
import { modelPath, versionPath, type Version, type Versions } from './records';

const kinds: Record<string, string> = { seed: 'came with the app', promote: 'made live', rollback: 'rolled back to' };

/** Makes a version live, once the person has said so; one that did not pass its gate only where that is ticked. */
export async function promote(version: Version, done: () => Promise<void>): Promise<void> {
  const failed = version.gate?.passed === false;
  const name = `${version.name} of ${versionName(version.version)}`;
  const force = h('input', { type: 'checkbox', required: true });
  const sure = await ask('Make this version live?', [
    h('p', {}, `Within seconds, every photo that names no version is segmented with ${name}. Photos on their way keep the version that they began with.`),
    ...(failed ? [h('p', { className: 'error' }, 'It did not pass its checks: it may be worse than the version that is live.'), h('label', { className: 'row check' }, force, 'Make it live all the same')] : []),
  ], 'Make it live');
  if (!sure) return;
  await call(`${versionPath(version.name, version.version)}/promote`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(failed ? { force: true } : {}) });
  announce(`${name} is live`);
  await done();
}

/** The label and the doing of a button that goes back to the version that was live before; null where there was none. */
export function rollBack(versions: Versions, done: () => Promise<void>): [label: string, act: () => Promise<void>, look: string] | null {
  const { live, previous } = versions;
  if (!live || !previous) return null;
  return ['Roll back', async () => {
    if (!await ask('Roll back?', [h('p', {}, `The version of ${versionName(previous)} serves again. That of ${versionName(live)} is kept and can be made live again.`)], 'Roll back')) return;
    await call(`${modelPath(versions.name)}/rollback`, { method: 'POST' });
    announce('Rolled back');
    await done();
  }, 'button quiet'];
}

const by = (who: string) => (who === 'automatic' ? 'the service itself' : who.startsWith('training ') ? 'a training run' : who);

/** The moves of the live version, the latest first. */
export function historyOf(versions: Versions): HTMLElement {
  return h('details', {},
    h('summary', {}, 'History'),
    table('What was live, the latest first', ['When', 'What', 'Version', 'By'],
      versions.history.toReversed().map(move => [dateTime(move.at), kinds[move.kind] ?? move.kind, versionName(move.version), by(move.by)])));
}
