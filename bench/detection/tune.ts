import { performance } from 'node:perf_hooks';
import { delayOf, lateOf } from './measures.ts';
import { METRICS_ONLY, play, type Outcome } from './play.ts';
import { evaluationSettings } from './settings.ts';
import {
  coldWorld,
  honestWorld,
  measuredVariants,
  measuredWorld,
  minerWorld,
  poisonWorld,
  type World,
} from './worlds.ts';

/*
 * A look at the tuning split, case by case, which nobody may take at the held-out one:
 * `node bench/detection/tune.ts [miners|honest|measured|cold|poison|all] [SEED] [no-network|no-disk|kubelet|all-metrics] [HISTORY_DAYS] [NAME]`;
 * of a honest world NAME leaves only the kinds whose names contain it
 */
const [, , what = 'all', seedText = '0', lack = '', daysText = '', name = ''] = process.argv;
const seed = Number(seedText);
/** Days of history before the miners; a honest world lasts for three times as long. */
const days = daysText === '' ? 5 : Number(daysText);
const worlds: World[] = [];
if (what === 'measured' || what === 'all')
  worlds.push(measuredWorld('tuning'), measuredVariants(seed));
if (what === 'miners' || what === 'all')
  worlds.push(minerWorld('tuning', seed, 1, undefined, days));
if (what === 'honest' || what === 'all')
  worlds.push(only(honestWorld('tuning', seed, 2, 3 * days)));
if (what === 'cold' || what === 'all') worlds.push(coldWorld('tuning', seed, 2));
if (what === 'poison' || what === 'all') worlds.push(poisonWorld('tuning', seed));
const lacks = {
  ...METRICS_ONLY,
  network: lack === 'no-network',
  disk: lack === 'no-disk',
  sampling: lack === 'kubelet',
};
const out = (line: string): boolean => process.stdout.write(`${line}\n`);
for (const world of worlds) {
  const begun = performance.now();
  const outcomes = play(world, evaluationSettings(), [], lacks);
  const podDays = outcomes.reduce((sum, { honestDays }) => sum + honestDays, 0);
  out(
    `== ${world.name}: ${outcomes.length} cases, ${podDays.toFixed(0)} honest pod-days, ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  for (const o of outcomes.filter((o) => o.false.warning + o.false.critical > 0))
    out(
      `FALSE ${o.truth.isUndecidable ? '(undecidable) ' : ''}${o.namespace} ${o.truth.service} w${o.false.warning} c${o.false.critical}: ${o.evidence}`,
    );
  const miners = outcomes.filter((o) => o.truth.isMiner);
  for (const o of miners)
    if (o.firstAt.warning === undefined) out(`MISS ${label(o)}: ${o.evidence}`);
  for (const o of miners) {
    const wait = delay(o, 'warning');
    if (wait > 120 && wait < Infinity) out(`LATE ${label(o)} warning ${wait}: ${o.evidence}`);
  }
  for (const o of miners) {
    const wait = Math.round(lateOf(o, 'critical'));
    if (o.truth.how === 'deployed' && o.firstAt.warning !== undefined && !(wait <= 120))
      out(`SLOW ${label(o)} warning ${delay(o, 'warning')} critical ${wait}: ${o.evidence}`);
  }
  for (const share of new Set(miners.map((o) => o.truth.share))) {
    const list = miners.filter((o) => o.truth.share === share);
    const delays = list.map((o) => delay(o, 'warning')).sort((a, b) => a - b);
    const deployed = list.filter((o) => o.truth.how === 'deployed');
    out(
      `share ${share}: recall ${list.filter((o) => o.firstAt.warning !== undefined).length}/${list.length}, median ${delays[delays.length >> 1]?.toFixed(0)} min, p95 ${delays[Math.floor(delays.length * 0.95)]?.toFixed(0)}, deployed critical in time ${deployed.filter((o) => lateOf(o, 'critical') <= 120).length}/${deployed.length}`,
    );
  }
}

function only(world: World): World {
  return { ...world, cases: world.cases.filter(({ truth }) => truth.shape.includes(name)) };
}

function delay(o: Outcome, severity: 'warning' | 'critical'): number {
  return Math.round(delayOf(o, severity));
}

function label({ namespace, truth: { shape, share, how, service } }: Outcome): string {
  return `${namespace} ${shape} ${how} ${share} on ${service}`;
}
