import type { KnownSignal } from '../../../signals/signalMemory.ts';
import { signalText } from '../../../signals/signalTexts.ts';
import type { Facts, Signal } from '../signal.ts';

/** What engineers do every day: weak, and only where it came before the use began. */
const ENTRIES = ['token', 'anonymous', 'grant', 'secret', 'exec'];
/** Kinds of events that count, in the order of an attack. */
const KINDS = ['exploited', ...ENTRIES, 'escape', 'miner', 'malware', 'egress'];

/** What other tools report of the workload, a signal for each kind of event. */
export const REPORTED: readonly Signal[] = KINDS.map((kind) => ({
  name: `${kind}-reported`,
  family: 'signals',
  unit: 'events',
  measure(facts) {
    const found = facts.reported.filter((one) => isOf(one, kind) && isInTime(one, kind, facts));
    return {
      value: found.reduce((sum, { count }) => sum + count, 0),
      threshold: null,
      strength: found.length === 0 ? 0 : strengthOf(kind, facts),
      text: textOf(kind, found),
    };
  },
}));

function isOf(signal: KnownSignal, kind: string): boolean {
  return kind === 'exploited' ? (signal.exploited ?? []).length > 0 : signal.class === kind;
}

/** What starts an attack comes before the use, or in its first window: tools report when they look. */
function isInTime({ since }: KnownSignal, kind: string, { track, window }: Facts): boolean {
  if (!ENTRIES.includes(kind) || track.since === 0) return true;
  return since < track.since + (window.end - window.start);
}

/** A miner that idles is no finding about CPU: it is as good as a signature while the use is suspicious. */
function strengthOf(kind: string, { thresholds: { points }, suspicion, track }: Facts): number {
  const isHot = suspicion.isHot || track.dwell >= 1;
  if (!isHot || ENTRIES.includes(kind) || kind === 'exploited') return points.weak;
  return kind === 'miner' ? points.warning : 1;
}

function textOf(kind: string, [first, ...more]: readonly KnownSignal[]): string {
  if (first === undefined) return `No other tool reports this (${kind})`;
  return kind === 'exploited'
    ? `Clients outside the cluster reach it, and its image has ${(first.exploited ?? []).join(', ')}, which is exploited in the wild`
    : `${signalText(first)}${more.length > 0 ? `; and ${more.length} more of this kind` : ''}`;
}
