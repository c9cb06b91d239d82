import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runWindow } from '../../src/cycle/runWindow.ts';
import type { Settings } from '../../src/cycle/settings.ts';
import { abuseDetector, lookAtWindow } from '../../src/detect/abuse/abuseDetector.ts';
import type { Facts } from '../../src/detect/abuse/evidence/signal.ts';
import { SIGNALS } from '../../src/detect/abuse/evidence/signals.ts';
import { CAPS } from '../../src/detect/abuse/verdict/caps.ts';
import { rankOf } from '../../src/detect/abuse/state/state.ts';
import { judge } from '../../src/detect/abuse/verdict/judge.ts';
import { toVerdicts } from '../../src/detect/abuse/verdict/toVerdicts.ts';
import { HOUR_MS } from '../../src/model/time.ts';
import { emptyState, WorkingState } from '../../src/store/cycleState.ts';
import type { Truth } from './case.ts';
import { lateOf } from './measures.ts';
import { METRICS_ONLY, snapshotAt, type Lacks, type Outcome } from './play.ts';
import { evaluationSettings } from './settings.ts';
import {
  coldWorld,
  guisedWorld,
  honestWorld,
  measuredVariants,
  measuredWorld,
  minerWorld,
  type World,
} from './worlds.ts';
import { WINDOW_MS } from './workload.ts';

/*
 * What each signal and cap brings, and the smallest set that keeps the figures: `node bench/detection/ablate.ts` writes
 * docs/detection-ablation.md. The tuning split is played once, and whatever was judged there is judged again with parts left out, one by one and then
 * greedily together. What a verdict keeps from being learnt stays as it was: a set that is taken is played again.
 */

/** What was judged in one window, with the subject's pods thinned out. */
interface Judged {
  readonly name: string;
  readonly at: number;
  readonly facts: Facts;
}

const WITH_SPECS: Lacks = { ...METRICS_ONLY, specs: false };
const WORLDS: readonly (readonly [World, Lacks])[] = [
  [coldWorld('tuning', 0, 2), METRICS_ONLY],
  [measuredWorld('tuning'), METRICS_ONLY],
  [measuredVariants(4), METRICS_ONLY],
  [minerWorld('tuning', 0, 1, [1, 0.5, 0.2, 0.1]), METRICS_ONLY],
  [guisedWorld('tuning', 0), METRICS_ONLY],
  [honestWorld('tuning', 0, 1, 15), METRICS_ONLY],
  [{ ...minerWorld('tuning', 1, 1, [0.3]), name: 'miners-specs' }, WITH_SPECS],
  [{ ...honestWorld('tuning', 1, 1, 6), name: 'honest-specs' }, WITH_SPECS],
];
/** Other tools' events are not in these worlds. */
const NAMES = [...SIGNALS.filter(({ family }) => family !== 'signals'), ...CAPS].map(
  ({ name }) => name,
);
const COLUMNS = [
  ['warned', 'miners found'],
  ['critical', 'deployed miners critical in two hours'],
  ['falseWarnings', 'false warnings'],
  ['falseCriticals', 'false criticals'],
] as const;
/** An alarm within so long of the one before is the same. */
const SAME_MS = 3 * HOUR_MS;

const truths = new Map<string, Truth>();
const judged = WORLDS.flatMap(([world, lacks]) => {
  for (const { namespace, truth } of world.cases) truths.set(`${world.name}/${namespace}`, truth);
  return play(world, lacks);
});
const base = figuresOf([]);
const alone = new Map(NAMES.map((name) => [name, figuresOf([name])]));
let gone: readonly string[] = [];
for (const name of [...NAMES].sort((a, b) => changesOf(a) - changesOf(b)))
  if (!isWorse(figuresOf([...gone, name]), base)) gone = [...gone, name];
const joint = figuresOf(gone);
writeFileSync(
  fileURLToPath(new URL('../../docs/detection-ablation.md', import.meta.url)),
  report(execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8' }).trim()),
);

function report(commit: string): string {
  const row = (name: string, figures: Figures): string =>
    `| ${[name, ...COLUMNS.map(([key]) => changed(figures, key))].join(' | ')} |`;
  const whole = COLUMNS.map(([key, title]) => `${base[key] ?? 0} ${title}`).join(', ');
  return `# What each signal and cap brings

On the tuning split (${WORLDS.map(([world]) => world.name).join(', ')}), at commit ${commit}, with \`node bench/detection/ablate.ts\`:
whatever was judged there is judged again with one part left out. With all parts: ${whole}.
A figure is what changes without the part; an empty row changes nothing on these cases.

| without | ${COLUMNS.map(([, title]) => title).join(' | ')} |
| --- | ${COLUMNS.map(() => '---').join(' | ')} |
${Array.from(alone, ([name, figures]) => row(`\`${name}\``, figures)).join('\n')}
${row(`jointly: ${gone.map((name) => `\`${name}\``).join(', ')}`, joint)}

The last row is the largest set that can go, taken greedily, without a figure becoming worse. What is in it and stays is
required of the detector all the same, or is right in clusters that these cases do not show:
[the decision](decisions/2026-11-30-abuse-spikes.md).
`;
}

function changed(figures: Figures, key: string): string {
  const by = (figures[key] ?? 0) - (base[key] ?? 0);
  return by === 0 ? '' : by > 0 ? `+${by}` : String(by);
}

function play(world: World, lacks: Lacks): readonly Judged[] {
  const found: Judged[] = [];
  const detector: Settings['detectors'][number] = {
    ...abuseDetector,
    detect(context, rows) {
      const look = lookAtWindow(context as never, rows as never);
      for (const { facts } of look) {
        if (
          judge(
            facts,
            CAPS.map(({ name }) => name),
          ).severity === null
        )
          continue;
        const { subject } = facts;
        const members = subject.members.map(({ cores }) => ({ cores }) as never);
        found.push({
          name: `${world.name}/${subject.namespace}`,
          at: context.snapshot.window.end,
          facts: { ...facts, subject: { ...subject, members } },
        });
      }
      return toVerdicts(look);
    },
  };
  const settings = evaluationSettings(detector);
  const state = new WorkingState(emptyState());
  for (let start = world.from; start < world.to; start += WINDOW_MS)
    state.apply(runWindow(snapshotAt(world, start, lacks), state, settings).change);
  return found;
}

type Figures = Record<string, number>;

/** Counts of miners that are found (better: more) and of false alarms (better: fewer). */
function figuresOf(without: readonly string[]): Figures {
  const figures: Figures = { warned: 0, critical: 0, falseWarnings: 0, falseCriticals: 0 };
  const firstAt = new Map<string, Outcome['firstAt']>();
  const last = new Map<string, number>();
  const count = (what: string): void => void (figures[what] = (figures[what] ?? 0) + 1);
  for (const { name, at, facts } of judged) {
    const rank = rankOf(judge(facts, without).severity);
    const truth = truths.get(name);
    if (rank < 2 || truth === undefined || truth.isUndecidable) continue;
    if (truth.isMiner && at > (truth.onset ?? 0)) {
      const first = firstAt.get(name) ?? {};
      first.warning ??= at;
      if (rank > 2) first.critical ??= at;
      firstAt.set(name, first);
      continue;
    }
    for (const [severity, least] of [
      ['falseWarnings', 2],
      ['falseCriticals', 3],
    ] as const) {
      if (rank < least) continue;
      const before = last.get(`${severity}/${name}`) ?? -Infinity;
      if (at - before > SAME_MS) count(severity);
      last.set(`${severity}/${name}`, at);
    }
  }
  for (const [name, first] of firstAt) {
    const truth = truths.get(name) as Truth;
    count('warned');
    const isInTime = lateOf({ truth, firstAt: first } as Outcome, 'critical') <= 120;
    if (truth.how === 'deployed' && isInTime) count('critical');
  }
  return figures;
}

function isWorse(figures: Figures, than: Figures): boolean {
  const of = (one: Figures, name: string): number => one[name] ?? 0;
  return (
    ['warned', 'critical'].some((name) => of(figures, name) < of(than, name)) ||
    ['falseWarnings', 'falseCriticals'].some((name) => of(figures, name) > of(than, name))
  );
}

function changesOf(name: string): number {
  const figures = alone.get(name) ?? base;
  return Object.keys(base).reduce(
    (sum, key) => sum + Math.abs((figures[key] ?? 0) - (base[key] ?? 0)),
    0,
  );
}
