import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureCost } from './cost.ts';
import { renderCurve } from './curve.ts';
import { evaluate } from './evaluation.ts';
import { jobsOf, type Size } from './jobs.ts';
import { renderReport } from './report.ts';
import { runJobs } from './runJobs.ts';
import type { Split } from './worlds.ts';

/*
 * The evaluation: `npm run eval [-- --split tuning] [--size medium|small] [--threads 2] [--out DIR]`. Plays
 * labelled worlds through `runWindow` and writes docs/detection-evaluation.{md,json,svg}.
 */
const FULL: Size = {
  minerSeeds: 3,
  // 150,000 honest pod-days without a page bound it at one in 50,000 (the rule of three).
  honestSeeds: 46,
  coldSeeds: 2,
  ruledSeeds: 1,
  settingShares: [1, 0.8, 0.5, 0.3, 0.2],
  settingHonest: { copies: 2, days: 15 },
};
/** For a busy machine. */
const MEDIUM: Size = {
  ...FULL,
  honestSeeds: 3,
  settingShares: [0.5, 0.2],
  settingHonest: { copies: 1, days: 5 },
};

/** For one that is busy all the time. */
const SMALL: Size = {
  ...MEDIUM,
  minerSeeds: 1,
  honestSeeds: 1,
  coldSeeds: 1,
  settingShares: [0.3],
  settingHonest: { copies: 1, days: 3 },
};
const SIZES: Readonly<Record<string, Size>> = { full: FULL, medium: MEDIUM, small: SMALL };

const { values } = parseArgs({
  options: {
    split: { type: 'string', default: 'held-out' },
    size: { type: 'string', default: 'full' },
    threads: { type: 'string', default: '2' },
    out: { type: 'string', default: fileURLToPath(new URL('../../docs/', import.meta.url)) },
  },
});
const split: Split = values.split === 'tuning' ? 'tuning' : 'held-out';
const size = SIZES[values.size];
if (size === undefined) throw new RangeError(`--size is one of ${Object.keys(SIZES).join(', ')}`);
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
// Nobody can have looked at what the commit itself draws.
const firstSeed = split === 'held-out' ? Number.parseInt(commit.slice(0, 4), 16) : 0;
const jobs = jobsOf(split, size, firstSeed);
const begun = performance.now();
const played = await runJobs(
  jobs,
  Math.min(availableParallelism(), Number(values.threads)),
  ({ job, seconds }, done) =>
    void process.stderr.write(
      `${done}/${jobs.length} ${job.part} ${job.setting} seed ${job.seed}: ${seconds.toFixed(1)} s\n`,
    ),
);
const evaluation = evaluate(played, split);
const cost = size === SMALL ? ['Not measured in this run.'] : measureCost();
const flags = [
  split === 'held-out' ? '' : `--split ${split}`,
  size === FULL ? '' : `--size ${values.size}`,
].filter((flag) => flag !== '');
const frame = {
  date: new Date().toISOString().slice(0, 10),
  commit: execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim(),
  command: ['npm run eval', ...(flags.length > 0 ? ['--', ...flags] : [])].join(' '),
  machine: `${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), Node ${process.versions.node}, load average ${(loadavg()[1] ?? 0).toFixed(1)}`,
  seconds: (performance.now() - begun) / 1000,
  cost,
};
mkdirSync(values.out, { recursive: true });
const put = (name: string, text: string): void => writeFileSync(join(values.out, name), text);
put('detection-evaluation.md', renderReport(evaluation, frame));
put(
  'detection-evaluation.json',
  `${JSON.stringify({ ...frame, ...evaluation }, (_, value: unknown) => (value === Infinity ? null : value), 2)}\n`,
);
put('detection-evaluation.svg', renderCurve(evaluation));
process.stdout.write(renderReport(evaluation, frame).split('## By shape')[0] ?? '');
