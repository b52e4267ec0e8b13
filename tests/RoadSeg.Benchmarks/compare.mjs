// Two or more checkouts, built, in turns: how long `up` takes to its first 200 and its first result, what a poll and a photo take, what the
// service's own process holds at its peak.   node tests/RoadSeg.Benchmarks/compare.mjs ROUNDS CHECKOUT CHECKOUT...
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const [rounds, ...checkouts] = process.argv.slice(2);
const photos = 30, polls = 500;
const figures = new Map(checkouts.map(checkout => [checkout, {}]));
let port = 7171 + Math.floor(Math.random() * 500) * 10;

for (let round = 0; round < Number(rounds); round++) {
    for (const checkout of checkouts)
        await measure(resolve(checkout), figures.get(checkout));
}

for (const [checkout, taken] of figures) {
    console.log(checkout);
    for (const [name, values] of Object.entries(taken))
        console.log(`  ${name.padEnd(44)} median ${median(values).toFixed(2).padStart(9)}   ${values.map(value => value.toFixed(2)).join(' ')}`);
}

async function measure(checkout, taken) {
    const address = `http://127.0.0.1:${port}`;
    const photo = readFileSync(join(checkout, 'samples/street.jpg'));
    const clock = performance.now();
    const up = spawn('dotnet', [join(checkout, 'cli/bin/Release/net10.0/RoadSeg.Cli.dll'), 'up', '--port', `${port}`, '--storage-port', `${port + 1}`],
        { stdio: ['ignore', 'ignore', 'inherit'] });
    port += 10;
    try {
        while (!await live(address)) {
            if (up.exitCode !== null) throw new Error(`${checkout}: up ended with ${up.exitCode}`);
            await new Promise(done => setTimeout(done, 10));
        }
        note(taken, 'up to first 200, s', (performance.now() - clock) / 1000);
        const worker = service(up.pid);
        note(taken, 'service process start to first 200, s', (Date.now() - startOf(worker)) / 1000);
        const first = await submit(address, photo);
        note(taken, 'up to first result, s', (performance.now() - clock) / 1000);
        const took = [], polled = [];
        for (let i = 0; i < photos; i++) {
            const start = performance.now();
            await submit(address, photo);
            took.push(performance.now() - start);
        }
        note(taken, `posted photo to result, median of ${photos}, ms`, median(took));
        for (let i = 0; i < polls; i++) {
            const start = performance.now();
            await (await fetch(`${address}/v1/jobs/${first}`)).arrayBuffer();
            polled.push(performance.now() - start);
        }
        note(taken, `poll, median of ${polls}, ms`, median(polled));
        const status = readFileSync(`/proc/${worker}/status`, 'utf8');
        note(taken, 'peak memory of the service process, MiB', Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024);
    } finally {
        up.kill('SIGINT');
        await new Promise(done => up.exitCode !== null ? done() : up.once('exit', done));
    }
}

async function live(address) {
    try {
        const answer = await fetch(`${address}/health/live`);
        await answer.arrayBuffer();
        return answer.status === 200;
    } catch {
        return false;
    }
}

// The answer to a photo that is waited for; one that is not done in time is asked for again.
async function submit(address, photo) {
    let answer = await fetch(`${address}/v1/jobs`, { method: 'POST', body: photo, headers: { 'content-type': 'image/jpeg', prefer: 'wait=30' } });
    let job = await answer.json();
    while (['received', 'queued', 'running', 'awaiting-upload'].includes(job.state))
        job = await (await fetch(`${address}/v1/jobs/${job.id}?wait=30`)).json();
    if (job.state !== 'succeeded') throw new Error(`${answer.status}: ${JSON.stringify(job)}`);
    return job.id;
}

function note(taken, name, value) { (taken[name] ??= []).push(value); }

function median(values) { return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]; }

// The process under `up` that runs the functions app.
function service(parent) {
    for (const name of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
        try {
            const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
            if (Number(fields[1]) === parent && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('RoadSeg.Functions')) return name;
        } catch { /* it ended meanwhile */ }
    }
    throw new Error('The functions app was not found among the processes.');
}

// When a process began, in milliseconds since 1970.
function startOf(process) {
    const ticks = Number(readFileSync(`/proc/${process}/stat`, 'utf8').replace(/^.*\) /, '').split(' ')[19]);
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    return Date.now() - (uptime - ticks / 100) * 1000;
}
