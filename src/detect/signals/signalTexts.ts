import type { Evidence } from '../../model/finding.ts';
import { SOURCE_NAMES, type SignalClass } from '../../model/signal.ts';
import { formatTime } from '../../model/time.ts';
import type { KnownSignal } from './signalMemory.ts';

/** What a class of events is called in evidence and summaries. */
export const CLASS_NAMES: Readonly<Record<SignalClass, string>> = {
  token: 'token use',
  anonymous: 'anonymous access',
  grant: 'privileges granted',
  exec: 'exec into a pod',
  escape: 'container escape',
  secret: 'secrets read',
  miner: 'miner process',
  egress: 'suspicious connection',
  malware: 'malware',
  vulnerability: 'exploitable vulnerability',
  'exposed-secret': 'exposed secret',
  configuration: 'configuration',
  alert: 'alert',
  other: 'event',
  'api-calls': 'API calls',
};

/** Who, what, since when, from where, in one sentence. */
export function signalText(signal: KnownSignal): string {
  const { source, text, count, since, last, user, userAgent, sourceIps } = signal;
  const times = count > 1 ? `, ${count} times until ${formatTime(last)}` : '';
  const by = user !== null && !text.includes(user) ? `, by ${user}` : '';
  const from = sourceIps.length > 0 ? `, from ${sourceIps.join(', ')}` : '';
  const agent = userAgent === null || userAgent === '' ? '' : ` (${userAgent.split(' ')[0]})`;
  return `${SOURCE_NAMES[source]}: ${text}${by}${from}${agent} at ${formatTime(since)}${times}`;
}

/** The events as evidence, one entry for each class, in the order of their times. */
export function signalEvidence(
  signals: readonly KnownSignal[],
  weightOf: (signal: KnownSignal) => number,
): readonly Evidence[] {
  const byClass = Map.groupBy(signals, (signal) => signal.class);
  return Array.from(byClass, ([what, same]) => {
    const [first] = same;
    const more = same.length > 1 ? `; and ${same.length - 1} more of this kind` : '';
    return {
      signal: `${what}-reported`,
      family: 'signals',
      value: same.reduce((sum, { count }) => sum + count, 0),
      threshold: null,
      unit: 'events',
      weight: Math.max(...same.map(weightOf)),
      text: `${signalText(first!)}${more}`,
    };
  });
}
