// Two or more checkouts whose tests/RoadSeg.Benchmarks is built, in turns: what an update of recipe camvid-mnv2 takes, its losses, the peak memory.
//   node tests/RoadSeg.Benchmarks/Trainer/compare.mjs ROUNDS CAMVID CHECKOUT CHECKOUT...
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const [rounds, camvid, ...checkouts] = process.argv.slice(2);
const warmUp = 2, perRound = 3;
const sides = [];
for (const checkout of checkouts) sides.push(await start(checkout));

for (const side of sides) console.log(`${side.checkout}: libtorch ${side.ready.torch}, losses ${(await ask(side, warmUp)).losses.join(' ')}`);
for (let round = 1; round <= Number(rounds); round++) {
    const cost = [];
    // Who goes first changes, so that a machine that slows down slows both.
    for (const side of round % 2 ? sides : [...sides].reverse()) {
        const before = processorTime(side);
        const { milliseconds } = await ask(side, perRound);
        side.taken.push(...milliseconds);
        cost[sides.indexOf(side)] = { wall: sum(milliseconds) / perRound, cpu: (processorTime(side) - before) / perRound };
    }
    console.log(`round ${round}: ` + cost.map(({ wall, cpu }, i) => `${wall.toFixed(0)} ms wall (${(wall / cost[0].wall).toFixed(3)}), ${cpu.toFixed(0)} ms processor (${(cpu / cost[0].cpu).toFixed(3)})`).join(' | '));
}

for (const side of sides) {
    const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${side.process.pid}/status`, 'utf8'))[1]) / 1024;
    console.log(`${side.checkout}: median ${median(side.taken).toFixed(0)} ms, peak ${peak.toFixed(0)} MiB; raw ${side.taken.map(value => value.toFixed(0)).join(' ')}`);
    side.process.stdin.end();
    rmSync(side.folder, { recursive: true });
}

async function start(checkout) {
    const folder = mkdtempSync(join(tmpdir(), 'roadseg-step-'));
    const program = join(checkout, 'tests/RoadSeg.Benchmarks/bin/Release/net10.0/RoadSeg.Benchmarks.dll');
    const process = spawn('dotnet', [program, 'trainer-worker', folder, camvid, `${cpus().length}`], { stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
    const side = { checkout, folder, process, lines, taken: [] };
    side.ready = await next(side);
    return side;
}

async function ask(side, updates) {
    side.process.stdin.write(`run ${updates}\n`);
    return next(side);
}

async function next(side) {
    const { value, done } = await side.lines.next();
    if (done) throw new Error(`${side.checkout}: the worker ended.`);
    return JSON.parse(value);
}

// Of all its threads, in milliseconds; the kernel counts in hundredths of a second.
function processorTime(side) {
    const fields = readFileSync(`/proc/${side.process.pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return 10 * (Number(fields[11]) + Number(fields[12]));
}

function sum(values) { return values.reduce((all, value) => all + value, 0); }

function median(values) { return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]; }
