import { performance } from 'node:perf_hooks';
import { play, type Outcome } from './play.ts';
import { evaluationSettings } from './settings.ts';
import {
  coldWorld,
  honestWorld,
  measuredWorld,
  minerWorld,
  poisonWorld,
  type World,
} from './worlds.ts';

/* A look at the tuning split, case by case. `npx node bench/detection/tune.ts [miners|honest|measured|cold|poison]` */
const what = process.argv[2] ?? 'all';
const worlds: World[] = [];
if (what === 'measured' || what === 'all') worlds.push(measuredWorld('tuning'));
if (what === 'miners' || what === 'all') worlds.push(minerWorld('tuning', 0, 1));
if (what === 'honest' || what === 'all') worlds.push(honestWorld('tuning', 0, 2, 15));
if (what === 'cold' || what === 'all') worlds.push(coldWorld('tuning', 0, 2));
if (what === 'poison' || what === 'all') worlds.push(poisonWorld('tuning', 0));
const out = (line: string): boolean => process.stdout.write(`${line}\n`);
for (const world of worlds) {
  const begun = performance.now();
  const outcomes = play(world, evaluationSettings(), []);
  const days = outcomes.reduce((sum, { podWindows }) => sum + podWindows / 288, 0);
  out(
    `== ${world.name}: ${outcomes.length} cases, ${days.toFixed(0)} pod-days, ${((performance.now() - begun) / 1000).toFixed(1)} s`,
  );
  const honest = outcomes.filter((o) => !o.case.truth.isMiner);
  for (const o of honest.filter((o) => o.opened.warning + o.opened.critical > 0))
    out(
      `FALSE ${o.case.truth.isUndecidable ? '(undecidable) ' : ''}${o.case.namespace} ${o.case.truth.service} w${o.opened.warning} c${o.opened.critical}: ${o.evidence}`,
    );
  const miners = outcomes.filter((o) => o.case.truth.isMiner);
  if (miners.length === 0) continue;
  for (const o of miners)
    if (o.firstAt.warning === undefined) out(`MISS ${label(o)}: ${o.evidence}`);
  for (const o of miners)
    if (o.evidence.startsWith('early')) out(`EARLY ${label(o)}: ${o.evidence}`);
  for (const o of miners.filter(
    (o) =>
      o.case.truth.how === 'deployed' &&
      o.firstAt.warning !== undefined &&
      !(delay(o, 'critical') <= 120),
  ))
    out(
      `SLOW ${label(o)} warning ${delay(o, 'warning').toFixed(0)} critical ${delay(o, 'critical').toFixed(0)}: ${o.evidence}`,
    );
  for (const share of new Set(miners.map((o) => o.case.truth.share))) {
    const list = miners.filter((o) => o.case.truth.share === share);
    const delays = list.map((o) => delay(o, 'warning')).sort((a, b) => a - b);
    const dep = list.filter((o) => o.case.truth.how === 'deployed');
    out(
      `share ${share}: recall ${list.filter((o) => o.firstAt.warning !== undefined).length}/${list.length}, median ${delays[delays.length >> 1]?.toFixed(0)} min, p95 ${delays[Math.floor(delays.length * 0.95)]?.toFixed(0)}, deployed critical<=2h ${dep.filter((o) => delay(o, 'critical') <= 120).length}/${dep.length}`,
    );
  }
}

function delay(o: Outcome, severity: 'warning' | 'critical'): number {
  const at = o.firstAt[severity];
  return at === undefined ? Infinity : (at - (o.case.truth.onset ?? 0)) / 60_000;
}

function label(o: Outcome): string {
  const { shape, share, how, service } = o.case.truth;
  return `${o.case.namespace} ${shape} ${how} ${share} on ${service}`;
}
