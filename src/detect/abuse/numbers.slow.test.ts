import { expect, it } from 'vitest';
import { AbuseRun, using } from '../../../test/support/abuse/abuseRun.ts';
import { loadThresholds } from '../../daemon/config/loadThresholds.ts';
import type { ContainerSample, PodSample } from '../../model/snapshot.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, type TimeMs } from '../../model/time.ts';
import type { AbuseThresholds } from './thresholds.ts';

const ONSET = AbuseRun.START + 3 * DAY_MS;
type Change = Parameters<typeof using>[2];
/** Pods of one workload; `burns` from the onset on. */
type Story = (start: TimeMs, burns: boolean, namespace: string) => readonly PodSample[];

const wave = (start: TimeMs, amplitude: number, n = 0): number =>
  1 + amplitude * Math.sin(start / 4e5 + n) + (amplitude / 2) * Math.sin(start / 1.7e6);

/** One pod of its own namespace. */
function pod(namespace: string, cores: number, bytes: number, change: Change = {}): PodSample {
  const uid = `${namespace}-${change.name ?? 'a'}`;
  const image = `registry.example.com/${namespace}:v1`;
  const container = { image, cpuLimitCores: 4, cpuRequestCores: 0.2, ...change.container };
  return using(cores, bytes, { namespace, uid, createdAt: ONSET - DAY_MS, ...change, container });
}

interface Hijack {
  readonly base?: number;
  readonly noise?: number;
  readonly bytes?: number;
  /** Hours before the onset from which it is there. */
  readonly since?: number;
  readonly on?: (start: TimeMs) => boolean;
  readonly container?: (burns: boolean) => Partial<ContainerSample>;
}

/** What was there before, and burns so many cores more, with so many bytes. */
function hijacked(more: number, moreBytes: number, change: Hijack = {}): Story {
  const { base = 0.1, noise = 0.1, bytes = 2e5 * base, since = 100, on, container } = change;
  return (start, burns, namespace) => {
    if (start < ONSET - since * HOUR_MS) return [];
    const isOn = burns && (on?.(start) ?? true);
    const cores = base * wave(start, noise) + (isOn ? more : 0);
    return [
      pod(namespace, cores, bytes * wave(start, noise) + (isOn ? moreBytes : 0), {
        container: container?.(burns) ?? {},
      }),
    ];
  };
}

/** What comes with the onset, with so many bytes a second in each pod. */
function deployed(
  cores: number,
  bytes: number,
  container: Partial<ContainerSample> = {},
  { noise = 0.03, kind = 'Deployment', count = 1, differ = 0 } = {},
): Story {
  return (start, burns, namespace) =>
    Array.from({ length: burns ? count : 0 }, (_, n) => {
      const name = kind === 'Pod' ? `x-${n}` : 'x';
      return pod(namespace, cores * wave(start, noise, n) * (1 + differ * (n - 1)), bytes, {
        name: `x-${n}`,
        node: `node-${n + 1}`,
        createdAt: ONSET,
        workload: { kind, name },
        container,
      });
    });
}

/** A run of an hour every six hours, whose last one uses so much. */
function cronJob(last: number): Story {
  return (start, burns, namespace) => {
    const isOn = start % (6 * HOUR_MS) < HOUR_MS;
    const workload = { kind: 'CronJob', name: 'report' };
    return isOn ? [pod(namespace, burns ? last : 0.8, burns ? 100 : 8e4, { workload })] : [];
  };
}

/** A sidecar that changes by so many per cent for each per cent of the application. */
function besideIt(elasticity: number): Story {
  return (start, burns, namespace) => {
    const load = wave(start, 0.3);
    const app = pod(namespace, 0.3 * load, 60_000 * load);
    const [main] = app.containers;
    const cpuUsageCores = 0.15 * (1 + elasticity * (load - 1));
    const agent = { ...main!, name: 'agent', image: `reg/${namespace}-agent:1`, cpuUsageCores };
    return [burns ? { ...app, containers: [main!, agent] } : app];
  };
}

const ofEach = <T>(values: readonly T[], story: (value: T) => Story): readonly Story[] =>
  values.map(story);
const gpu = (gpuUtilisation: number, gpuTensorActivity: number) =>
  deployed(0.02, 100, { gpuUtilisation, gpuTensorActivity, gpuRequest: 1 });
const isEvery =
  (count: number, minutes = 15) =>
  (start: TimeMs) =>
    (start / (minutes * MINUTE_MS)) % count === 0;

const STORIES: readonly Story[] = [
  ...ofEach([0.03, 0.05, 0.08, 0.12, 0.2, 0.3], (more) => hijacked(more, 0)),
  ...ofEach([0.1, 0.2, 0.4, 0.8], (more) => hijacked(more, 0, { base: 1, noise: 0 })),
  ...ofEach([0.1, 0.2, 0.25, 0.4], (more) => hijacked(more, 0, { base: 1, noise: 0, since: 40 })),
  ...ofEach([0.05, 0.1, 0.2, 0.4], (more) => hijacked(more, 0, { noise: 0.4 })),
  ...ofEach([6, 12, 18, 24, 36, 50, 70], (since) => hijacked(0.4, 0, { since, noise: 0.4 })),
  ...ofEach([0.03, 0.07, 0.15, 0.2, 0.35, 0.45, 0.6, 0.9], (share) =>
    hijacked(0.3, 0.3 * 2e5 * share),
  ),
  ...ofEach([2, 3, 4, 5, 6], (every) => hijacked(0.6, 0, { on: isEvery(every) })),
  ...ofEach([1e8, 2e8, 3e8, 6e8], (step) =>
    hijacked(0.3, 0, { noise: 0.4, container: (on) => ({ ramUsageBytes: 2e8 + (on ? step : 0) }) }),
  ),
  ...ofEach([0.4, 0.6, 0.93, 0.97], (share) =>
    hijacked(0.4, 0, { container: () => ({ ramUsageBytes: share * 1e9 }) }),
  ),
  ...ofEach([0.02, 0.04, 0.08], (step) =>
    hijacked(0.4, 0, { container: (on) => ({ ramUsageBytes: (on ? 0.97 : 0.97 - step) * 1e9 }) }),
  ),
  ...ofEach([100, 1500, 3000, 6000, 12_000, 30_000, 60_000, 1e5], (ratio) =>
    deployed(0.5, 0.5 * ratio),
  ),
  ...ofEach([200, 280, 450, 700], (bytes) => deployed(0.1, bytes, { cpuRequestCores: 0.1 })),
  ...ofEach([200, 400, 500, 700], (ratio) =>
    deployed(0.5, 0.5 * ratio, { diskWriteBytesPerSecond: 1e6 }),
  ),
  ...ofEach([0.3, 0.5, 0.7, 1], (cores) =>
    deployed(cores, 1e4 * cores, { cpuLimitCores: 1 }, { noise: 0.1 }),
  ),
  ...ofEach([0.3, 0.5, 0.9, 1.7], (cores) =>
    deployed(cores, 1e4 * cores, { cpuLimitCores: null, cpuRequestCores: 0.4 }, { noise: 0.2 }),
  ),
  ...ofEach([0.3, 0.45, 0.8, 1.2], (cores) =>
    deployed(cores, 1e4 * cores, { cpuLimitCores: null, cpuRequestCores: 0.05 }, { noise: 0.2 }),
  ),
  ...ofEach([1.5, 3, 6, 10], (cores) =>
    deployed(cores, 1e4 * cores, { cpuLimitCores: null, cpuRequestCores: null }, { noise: 0.2 }),
  ),
  ...ofEach([0.1, 0.2, 0.4, 0.8], (cores) =>
    deployed(cores, 100, {}, { kind: 'DaemonSet', count: 6 }),
  ),
  ...ofEach([0.3, 0.6, 0.9], (cores) =>
    deployed(cores, 100, {}, { kind: 'DaemonSet', count: 4, differ: 0.2 }),
  ),
  ...ofEach([0.006, 0.012, 0.03], (cores) =>
    deployed(cores, 30, { cpuRequestCores: 0.1 }, { count: 8 }),
  ),
  ...ofEach([0.5, 1, 2, 3], (cpuRequestCores) => deployed(0.3, 100, { cpuRequestCores })),
  ...ofEach([0.03, 0.1, 0.2, 0.35], (noise) => deployed(0.5, 100, {}, { noise })),
  ...ofEach([1.9e9, 2.3e9, 2.6e9, 3e9], (ramUsageBytes) =>
    deployed(0.5, 100, { ramUsageBytes, ramLimitBytes: null }, { noise: 0.3 }),
  ),
  ...ofEach([2, 4, 8], (count) => deployed(0.03, 30, {}, { kind: 'Pod', count })),
  ...ofEach([0.85, 0.95, 1.1, 1.3], cronJob),
  ...ofEach([0.02, 0.1, 0.2, 0.5], besideIt),
  ...ofEach([0.3, 0.5, 0.8, 0.95], (busy) => gpu(busy, 0)),
  ...ofEach([0.02, 0.04, 0.07, 0.15], (tensor) => gpu(0.9, tensor)),
];

/** Miners that rest more often than a window of a quarter of an hour shows. */
const RESTING = ofEach([2, 3, 4, 5], (every) => hijacked(0.6, 0, { on: isEvery(every, 5) }));

/** Whatever is said of all stories in eight hours, in windows of so many minutes. */
function said(abuse: AbuseThresholds, stories = STORIES, minutes = 15): string {
  const run = new AbuseRun({ abuse, windowMs: minutes * MINUTE_MS });
  run.play(3 * DAY_MS + 8 * HOUR_MS, (start) =>
    stories.flatMap((story, index) => story(start, start >= ONSET, `ns-${index}`)),
  );
  const events = run.events.map(({ type, at, finding }) => [
    type,
    at,
    finding.severity,
    finding.score,
    finding.scope,
  ]);
  return JSON.stringify(events);
}

interface Numbers {
  readonly [name: string]: unknown;
}

/** The thresholds with each of their numbers so many times as large, in turn. */
function editsOf(numbers: Numbers, times: number): readonly (readonly [string, Numbers])[] {
  return Object.entries(numbers).flatMap(([name, value]): (readonly [string, Numbers])[] => {
    if (typeof value === 'number') return [[name, { ...numbers, [name]: value * times }]];
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    return editsOf(value as Numbers, times).map(([path, next]) => [
      `${name}.${path}`,
      { ...numbers, [name]: next },
    ]);
  });
}

it('editing any threshold changes what is said', () => {
  const { abuse } = loadThresholds([]);
  const inBoth = [
    (edited: AbuseThresholds) => said(edited),
    (edited: AbuseThresholds) => said(edited, RESTING, 5),
  ].map((say) => ({ say, before: say(abuse) }));
  const changes = (edited: unknown): boolean =>
    inBoth.some(({ say, before }) => say(edited as AbuseThresholds) !== before);
  const halved = new Map(editsOf({ ...abuse }, 0.5));
  const unchanged = editsOf({ ...abuse }, 2).filter(
    ([path, doubled]) => !changes(halved.get(path)) && !changes(doubled),
  );
  expect(unchanged.map(([path]) => path)).toEqual([]);
});
