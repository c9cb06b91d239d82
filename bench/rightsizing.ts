/**
 * What Burnwatch proposes beside KRR's and VPA's rules, on measured traces: how often later use exceeds each proposal,
 * and how much of it lies idle. Prints the tables of docs/right-sizing.md. Run: `npx node bench/rightsizing.ts [others|peers]`.
 */
import { DAY_MS, MINUTE_MS } from '../src/model/time.ts';
import { burnwatch, daysOf } from './rightsizing/burnwatch.ts';
import { compare, workloads } from './rightsizing/peers.ts';
import { krrSimple, vpaTarget, type PodUse, type Proposal } from './rightsizing/rivals.ts';
import { DAYS, otherShapes, replay, SHAPES, type Shape } from './rightsizing/shapes.ts';

/** Settings that Burnwatch's rule is moved to, to be compared at a rival's own share of exceedances. */
const PERCENTILES = [0.5, 0.7, 0.8, 0.85, 0.9, 0.925, 0.95, 0.97, 0.98, 0.99, 0.995];
const MARGINS = [1, 1.05, 1.1, 1.15];
const SETTINGS = PERCENTILES.flatMap((percentile) =>
  MARGINS.map((margin) => ({ percentile, margin })),
);
/** `others` tries the traces that are not in the shapes of the tables: more of them, less often, as shipped. */
const isOthers = process.argv[2] === 'others';
const shapes = isOthers ? otherShapes() : SHAPES;
const seeds = isOthers ? 3 : 10;
const settings = isOthers ? [] : SETTINGS;
/** Request in force while VPA learns, by which it weighs samples; all are weighed alike here. */
const REQUEST_CORES = 1;

/** Exceeded: share of pod-windows above the proposal. Slack: share of the proposal that lay idle. */
interface Outcome {
  readonly exceeded: number;
  readonly slack: number;
}

interface Outcomes {
  readonly cpu: Outcome;
  /** The same over samples of a minute; null for traces of five minutes. */
  readonly minutes: Outcome | null;
  readonly memory: Outcome | null;
}

const RULES = ['Burnwatch', 'KRR simple, P95', 'KRR simple, P99', 'VPA target'] as const;

const results = new Map<string, Outcomes[]>();
if (process.argv[2] === 'peers') printPeers();
else {
  for (const shape of shapes) {
    for (let seed = 1; seed <= seeds; seed += 1) tryOut(shape, seed);
  }
  for (const name of ['steady', 'daily', 'bursty'] as const) printShape(name);
}

function printPeers(): void {
  const all = workloads();
  print(`${all.length} workloads of three pods\n`);
  print('| rule | a month | time above the request | unmet core-hours | throttled | OOM kills |');
  print('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [rule, { money, above, unmet, throttled, oomKills }] of compare(all))
    print(
      `| ${rule} | ${money.toFixed(2)} | ${percent(above)} | ${unmet.toFixed(1)} | ${percent(throttled)} | ${oomKills} |`,
    );
}

function tryOut(shape: Shape, seed: number): void {
  const { stepMs, pods } = replay(shape, seed);
  const split = ((DAYS / 2) * DAY_MS) / stepMs;
  const learnt = pods.map(({ cores, bytes }) => ({
    cores: cores.slice(0, split),
    bytes: bytes.slice(0, split),
  }));
  const later = pods.map(({ cores, bytes }) => ({
    cores: cores.slice(split),
    bytes: bytes.slice(split),
  }));
  const days = daysOf(learnt, stepMs);
  const proposals: Record<string, Proposal> = {
    Burnwatch: burnwatch(days),
    'KRR simple, P95': krrSimple(learnt, 95),
    'KRR simple, P99': krrSimple(learnt, 99),
    'VPA target': vpaTarget(learnt, stepMs, REQUEST_CORES),
  };
  for (const setting of settings) proposals[nameOf(setting)] = burnwatch(days, setting);
  for (const [rule, proposal] of Object.entries(proposals)) {
    for (const key of [
      `${shape.name} ${rule}`,
      `${shape.name} ${shape.trace} ${shape.onCurve} ${rule}`,
    ]) {
      const list = results.get(key) ?? [];
      results.set(key, list);
      list.push(judge(proposal, later, stepMs));
    }
  }
}

function judge(proposal: Proposal, later: readonly PodUse[], stepMs: number): Outcomes {
  const width = (5 * MINUTE_MS) / stepMs;
  const cores = later.flatMap((pod) => inWindows(pod.cores, width, mean));
  const bytes = later.flatMap((pod) => inWindows(pod.bytes, width, Math.max));
  return {
    cpu: outcome(cores, proposal.cpuCores),
    minutes:
      width === 1
        ? null
        : outcome(
            later.flatMap((pod) => pod.cores),
            proposal.cpuCores,
          ),
    memory: bytes.length === 0 ? null : outcome(bytes, proposal.ramBytes),
  };
}

function outcome(values: readonly number[], proposal: number): Outcome {
  let above = 0;
  let used = 0;
  for (const value of values) {
    if (value > proposal) above += 1;
    used += Math.min(value, proposal);
  }
  return { exceeded: above / values.length, slack: 1 - used / values.length / proposal };
}

function inWindows(
  values: readonly number[],
  width: number,
  of: (...values: number[]) => number,
): number[] {
  return Array.from({ length: Math.floor(values.length / width) }, (_, index) =>
    of(...values.slice(index * width, (index + 1) * width)),
  );
}

function mean(...values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function average(key: string, of: (outcomes: Outcomes) => Outcome | null): Outcome | null {
  const all = (results.get(key) ?? []).flatMap((outcomes) => of(outcomes) ?? []);
  if (all.length === 0) return null;
  return {
    exceeded: mean(...all.map(({ exceeded }) => exceeded)),
    slack: mean(...all.map(({ slack }) => slack)),
  };
}

function printShape(name: Shape['name']): void {
  print(`\n### ${name}\n`);
  print(
    '| rule | exceeded | slack | minutes exceeded | memory exceeded | memory slack | Burnwatch moved there: slack |',
  );
  print('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const rule of RULES) {
    const key = `${name} ${rule}`;
    const cpu = average(key, (outcomes) => outcomes.cpu);
    const minutes = average(key, (outcomes) => outcomes.minutes);
    const memory = average(key, (outcomes) => outcomes.memory);
    const equal = rule === 'Burnwatch' ? null : atExceedance(name, cpu?.exceeded ?? 0);
    print(
      `| ${[rule, percent(cpu?.exceeded), percent(cpu?.slack), percent(minutes?.exceeded), percent(memory?.exceeded), percent(memory?.slack), percent(equal)].join(' | ')} |`,
    );
  }
  for (const { trace, onCurve } of shapes.filter((each) => each.name === name)) {
    const each = RULES.map((rule) => {
      const cpu = average(`${name} ${trace} ${onCurve} ${rule}`, (outcomes) => outcomes.cpu);
      return `${rule} ${percent(cpu?.exceeded)} / ${percent(cpu?.slack)}`;
    });
    print(`  ${trace}${onCurve ? ', on a daily curve' : ''}: ${each.join('; ')}`);
  }
}

function nameOf({ percentile, margin }: (typeof SETTINGS)[number]): string {
  return `P${percentile * 100} × ${margin}`;
}

/** The least slack of Burnwatch's rule, over its settings, that is exceeded no more often than that. */
function atExceedance(name: Shape['name'], exceeded: number): number | null {
  const within = settings.flatMap((setting) => {
    const cpu = average(`${name} ${nameOf(setting)}`, (outcomes) => outcomes.cpu);
    return cpu !== null && cpu.exceeded <= exceeded ? [cpu.slack] : [];
  });
  return within.length === 0 ? null : Math.min(...within);
}

function percent(share: number | null | undefined): string {
  return share === null || share === undefined ? '–' : `${(share * 100).toFixed(2)} %`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
