import type { AuditLog } from '../../history/auditLog.ts';
import type { OperatorLog } from '../../history/findingLog.ts';
import type { HistoryReader } from '../../history/history.ts';
import type { Finding, OperatorAction } from '../../model/finding.ts';
import { DAY_MS, HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Delivery, Receiver } from '../delivery.ts';
import { hashId } from '../plan/deliveryId.ts';
import { createSilence } from '../silences/createSilence.ts';
import type { SilenceStore } from '../silences/silenceStore.ts';
import { formatMinute, formatScope } from '../../text/format.ts';
import type { Press } from './interaction.ts';

/** What a button may do. */
export interface PressParts {
  readonly reader: Pick<HistoryReader, 'finding'>;
  readonly actions: Pick<OperatorLog, 'append'>;
  readonly silences: Pick<SilenceStore, 'add'>;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Queues a message of our own. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  readonly platform: Receiver;
  /** Slack users who may keep abuse quiet. */
  readonly abuseResponders: ReadonlySet<string>;
}

/** What came of a press. */
export interface PressResult {
  /** Said to whoever pressed, and to nobody else; null when the message itself shows it. */
  readonly answer: string | null;
  /** True when something changed that the next plan or delivery will show. */
  readonly changed: boolean;
}

const SILENCE_MS = 24 * HOUR_MS;
/** What a press is called in the audit log. */
const AUDIT_ACTIONS: Readonly<Record<Press['what'], string>> = {
  acknowledge: 'finding.acknowledge',
  'not-abuse': 'finding.not-abuse',
  accept: 'finding.accept',
  silence: 'silence.add',
  'not-mine': 'finding.not-mine',
};
const KEEPS_QUIET: ReadonlySet<Press['what']> = new Set(['silence', 'not-abuse', 'accept']);

/**
 * Does what a button says, and records who pressed it, also when it was refused. Keeping abuse quiet is for the users that the
 * configuration names: a message can be seen by whoever runs the miner.
 */
export async function handlePress(
  press: Press,
  parts: PressParts,
  now: TimeMs,
): Promise<PressResult> {
  const finding = await parts.reader.finding(press.findingId);
  if (finding === null || finding.id !== press.findingId) {
    return refuse('This finding is not in the history any more.');
  }
  if (finding.state === 'resolved') return refuse('This is over already; nothing was changed.');
  const isAbuse = finding.kind === 'cryptojacking';
  if (isAbuse && KEEPS_QUIET.has(press.what) && !parts.abuseResponders.has(press.userId)) {
    await record(press, finding, parts, now, 'refused');
    return refuse(
      'Only the users in slack.abuseResponders may silence or accept abuse; nothing was changed. You can still acknowledge it.',
    );
  }
  await record(press, finding, parts, now, 'done');
  const by = whoPressed(press);
  switch (press.what) {
    case 'acknowledge':
      await decide(parts, finding, 'acknowledge', { by, at: now, reason: null, until: null });
      return { answer: null, changed: true };
    case 'not-abuse': {
      const until = now + 30 * DAY_MS;
      const reason = 'marked as not abuse in Slack';
      await decide(parts, finding, 'not-abuse', { by, at: now, reason, until });
      return { answer: null, changed: true };
    }
    case 'accept': {
      const until = now + (press.days ?? 30) * DAY_MS;
      await decide(parts, finding, 'accept', { by, at: now, reason: 'accepted in Slack', until });
      return { answer: null, changed: true };
    }
    case 'silence': {
      const request = {
        matchers: [`fingerprint=${finding.fingerprint}`],
        endsAt: now + SILENCE_MS,
        author: by,
        reason: 'silenced for 24 h in Slack',
      };
      await parts.silences.add(createSilence(request, now));
      const text = `Silenced by ${press.userName} until ${formatMinute(request.endsAt)}`;
      await parts.enqueue(threadNote(press, text, now));
      return { answer: null, changed: true };
    }
    case 'not-mine':
      break;
  }
  await parts.enqueue([
    notMine(finding, by, parts.platform, now),
    ...threadNote(press, `${press.userName} says that this is not theirs`, now),
  ]);
  const answer = 'Thank you; the platform team was told to correct the owner.';
  return { answer, changed: true };
}

/** What everybody reads in the message's thread; a delivery like any other, so that it is not lost. */
function threadNote(press: Press, text: string, now: TimeMs): readonly Delivery[] {
  const { channel, messageTs: ts, findingId } = press;
  if (channel === null || ts === null) return [];
  const id = hashId(['thread-note', findingId, channel, ts, text, now]);
  return [
    {
      id,
      receiver: { channel: 'slack', target: channel },
      conversation: `note/press/${id}`,
      priority: 10,
      createdAt: now,
      notice: {
        kind: 'note',
        audience: 'platform',
        title: text,
        lines: [],
        replyTo: { channel, ts },
      },
    },
  ];
}

function whoPressed({ userId, userName }: Press): string {
  return `slack:${userId} (${userName})`;
}

/** Written before anything is changed: what cannot be recorded is not done. */
async function record(
  press: Press,
  finding: Finding,
  { audit }: PressParts,
  now: TimeMs,
  result: 'done' | 'refused',
): Promise<void> {
  await audit.append({
    at: now,
    who: whoPressed(press),
    door: 'slack',
    action: AUDIT_ACTIONS[press.what],
    subject: finding.id,
    namespace: finding.scope.namespace,
    detail: { result, kind: finding.kind, scope: formatScope(finding), days: press.days },
  });
}

function refuse(answer: string): PressResult {
  return { answer, changed: false };
}

async function decide(
  { actions }: PressParts,
  finding: Finding,
  action: OperatorAction['action'],
  decision: OperatorAction['decision'],
): Promise<void> {
  await actions.append({ findingId: finding.id, action, decision });
}

function notMine(finding: Finding, by: string, platform: Receiver, now: TimeMs): Delivery {
  const scope = formatScope(finding);
  return {
    id: hashId(['not-mine', finding.id, by]),
    receiver: platform,
    conversation: `note/not-mine/${finding.id}`,
    priority: 0,
    createdAt: now,
    notice: {
      kind: 'note',
      audience: 'platform',
      title: 'Wrong owner',
      lines: [
        `${by} says that ${scope} is not theirs (its owner is ${finding.owner ?? 'not known'}).`,
        'Correct the owner label or annotation of the workload or namespace, or add a route under owners.routes.',
      ],
    },
  };
}
