import type { KnownSignal } from '../../../signals/signalMemory.ts';
import { signalText } from '../../../signals/signalTexts.ts';
import type { Facts, Measurement, Signal } from '../signal.ts';

/** Kinds of events that count, in the order of an attack. */
const KINDS = [
  'exploited',
  'token',
  'anonymous',
  'grant',
  'secret',
  'exec',
  'escape',
  'miner',
  'malware',
  'egress',
] as const;

type Kind = (typeof KINDS)[number];

/** What engineers do every day: weak, and only where it came before the use began. */
const ENTRIES: ReadonlySet<Kind> = new Set(['exec', 'token', 'grant', 'anonymous', 'secret']);

/** What other tools report of the workload, a signal for each kind of event. */
export const REPORTED: readonly Signal[] = KINDS.map(reported);

function reported(kind: Kind): Signal {
  return {
    name: `${kind}-reported`,
    family: 'signals',
    unit: 'events',
    measure(facts): Measurement {
      const found = facts.reported.filter((one) => isOf(one, kind) && isInTime(one, kind, facts));
      const [first] = found;
      if (first === undefined)
        return {
          value: 0,
          threshold: null,
          strength: 0,
          text: `No other tool reports this (${kind})`,
        };
      const more = found.length > 1 ? `; and ${found.length - 1} more of this kind` : '';
      const cves = first.exploited ?? [];
      return {
        value: found.reduce((sum, { count }) => sum + count, 0),
        threshold: null,
        strength: strengthOf(kind, facts),
        text:
          kind === 'exploited'
            ? `Clients outside the cluster reach it, and its image has ${cves.join(', ')}, which is exploited in the wild`
            : `${signalText(first)}${more}`,
      };
    },
  };
}

function isOf(signal: KnownSignal, kind: Kind): boolean {
  return kind === 'exploited' ? (signal.exploited ?? []).length > 0 : signal.class === kind;
}

/** What starts an attack comes before the use, or in its first window: tools report when they look. */
function isInTime({ since }: KnownSignal, kind: Kind, { track, window }: Facts): boolean {
  if (!ENTRIES.has(kind) || track.since === 0) return true;
  return since < track.since + (window.end - window.start);
}

/** A miner that idles is no finding about CPU: it is as good as a signature while the use is suspicious. */
function strengthOf(kind: Kind, { thresholds: { points }, suspicion, track }: Facts): number {
  const isHot = suspicion.isHot || track.dwell >= 1;
  if (!isHot || ENTRIES.has(kind) || kind === 'exploited') return points.weak;
  return kind === 'miner' ? points.warning : 1;
}
