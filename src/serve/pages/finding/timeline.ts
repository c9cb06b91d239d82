import type { ContainerInstance, SentMessage, StoredAction } from '../../../history/history.ts';
import type { FindingEvent } from '../../../model/finding.ts';
import type { TimeMs } from '../../../model/time.ts';
import type { Span } from '../../series/span.ts';

/** Something that happened to a finding or its workload, for the axis and the list below it. */
export interface TimelineEvent {
  readonly at: TimeMs;
  readonly kind: 'change' | 'finding' | 'message' | 'person';
  readonly text: string;
  /** True where only the hour is known. */
  readonly isHour: boolean;
}

export interface TimelineSources {
  readonly events: readonly FindingEvent[];
  readonly actions: readonly StoredAction[];
  readonly sent: readonly SentMessage[];
  readonly instances: readonly ContainerInstance[];
}

const VERBS: Readonly<Record<FindingEvent['type'], string>> = {
  opened: 'Recognised',
  reopened: 'Opened again',
  worse: 'Got worse',
  better: 'Got better',
  acknowledged: 'Acknowledged',
  accepted: 'Accepted',
  closed: 'Resolved',
};

const DECISIONS: Readonly<Record<StoredAction['action'], string>> = {
  acknowledge: 'acknowledged it',
  accept: 'accepted it',
  reopen: 'opened it again',
  'not-abuse': 'said that it is no abuse',
};

/** Everything in a span, oldest first. */
export function timeline(sources: TimelineSources, span: Span): readonly TimelineEvent[] {
  const { events, actions, sent, instances } = sources;
  const all: TimelineEvent[] = [
    ...instanceEvents(instances, span),
    // What people decided is listed with their names below: not twice.
    ...events
      .filter(({ type }) => type !== 'acknowledged' && type !== 'accepted')
      .map(({ type, at, reason }) => event(at, 'finding', `${VERBS[type]}: ${reason}`)),
    ...actions.map(({ action, decision }) =>
      event(
        decision.at,
        'person',
        `${decision.by} ${DECISIONS[action]}${decision.reason === null ? '' : `: ${decision.reason}`}`,
      ),
    ),
    ...sent.map(({ at, channel, target }) =>
      event(at, 'message', `Told ${target === '' ? channel : `${channel} ${target}`}`),
    ),
  ];
  return all
    .filter(({ at }) => at >= span.from && at <= span.to)
    .sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
}

/** Changes of image and new pods, by the hour in which the history first has them. */
function instanceEvents(
  instances: readonly ContainerInstance[],
  span: Span,
): readonly TimelineEvent[] {
  const oldest = instances.toSorted((a, b) => a.firstHour - b.firstHour);
  const images = new Map<string, Set<string>>();
  const pods = new Map<TimeMs, Map<string, string | null>>();
  const seen = new Set<string>();
  const found: TimelineEvent[] = [];
  for (const { container, image, pod, node, firstHour } of oldest) {
    const known = images.get(container);
    if (image !== null && known !== undefined && !known.has(image))
      found.push(event(firstHour, 'change', `Image of ${container} is now ${image}`, true));
    if (image !== null) images.set(container, (known ?? new Set()).add(image));
    if (!seen.has(pod) && firstHour > span.from) {
      const started = pods.get(firstHour) ?? new Map<string, string | null>();
      pods.set(firstHour, started.set(pod, node));
    }
    seen.add(pod);
  }
  for (const [at, started] of pods) {
    const [[pod, node] = ['', null]] = started;
    const text =
      started.size === 1
        ? `New pod ${pod}${node === null ? '' : ` on node ${node}`}`
        : `${started.size} new pods on ${new Set(started.values()).size} node(s)`;
    found.push(event(at, 'change', text, true));
  }
  return found;
}

function event(
  at: TimeMs,
  kind: TimelineEvent['kind'],
  text: string,
  isHour = false,
): TimelineEvent {
  return { at, kind, text, isHour };
}
