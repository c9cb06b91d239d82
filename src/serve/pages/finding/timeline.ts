import type { SentMessage, StoredAction } from '../../../store/findingLog.ts';
import type { WorkloadEvent } from '../../../model/workloadEvent.ts';
import type { FindingEvent } from '../../../model/finding.ts';
import type { Span, TimeMs } from '../../../model/time.ts';
import type { TimelineEvent } from '../chart/events.ts';

interface TimelineSources {
  readonly events: readonly FindingEvent[];
  readonly actions: readonly StoredAction[];
  readonly sent: readonly SentMessage[];
  readonly changes: readonly WorkloadEvent[];
}

const VERBS: Readonly<Record<FindingEvent['type'], string>> = {
  opened: 'Detected',
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
  'not-abuse': 'marked it as not abuse',
};

/** Everything in a span, oldest first. */
export function timeline(sources: TimelineSources, span: Span): readonly TimelineEvent[] {
  const { events, actions, sent, changes } = sources;
  const all: TimelineEvent[] = [
    ...changes.map(({ at, text }) => event(at, 'change', text)),
    // Decisions are listed below with the name of the person: not twice.
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
      event(at, 'message', `Sent to ${target === '' ? channel : `${channel} ${target}`}`),
    ),
  ];
  return all
    .filter(({ at }) => at >= span.from && at <= span.to)
    .sort((a, b) => a.at - b.at || (a.text < b.text ? -1 : 1));
}

function event(at: TimeMs, kind: TimelineEvent['kind'], text: string): TimelineEvent {
  return { at, kind, text };
}
