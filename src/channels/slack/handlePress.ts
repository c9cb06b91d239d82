import type { ModalView } from '@slack/web-api';
import { REVIEW_MS } from '../../detect/findings/decideFinding.ts';
import type { AuditLog } from '../../store/auditLog.ts';
import type { OperatorLog } from '../../store/findingLog.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { Finding, OperatorAction } from '../../model/finding.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Delivery, Receiver } from '../../store/notifications/delivery.ts';
import { createSilence } from '../../notify/silences/createSilence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';
import { formatScope } from '../../model/text/format.ts';
import { acceptDialog } from './acceptDialog.ts';
import type { Press } from './interaction.ts';
import { notMine, threadNote } from './pressNotes.ts';
import { isOf, type Workspace } from './workspace.ts';
import { formatMinute } from '../../model/text/units.ts';

/** What a button may do. */
export interface PressParts {
  readonly reader: Pick<HistoryReader, 'finding'>;
  readonly actions: Pick<OperatorLog, 'append'>;
  readonly silences: Pick<SilenceStore, 'add'>;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Queues a message of our own. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  readonly platform: Receiver;
  /** Where our app lives: presses from elsewhere are refused. */
  readonly workspace: Workspace;
  /** Slack users who may keep abuse quiet. */
  readonly abuseResponders: ReadonlySet<string>;
}

/** What came of a press. */
export interface PressResult {
  /** Said to whoever pressed, and to nobody else; null when the message itself shows it. */
  readonly answer: string | null;
  /** True when something changed that the next plan or delivery will show. */
  readonly changed: boolean;
  /** A dialog to be opened for whoever pressed. */
  readonly dialog?: ModalView;
}

const SILENCE_MS = 24 * HOUR_MS;
/** What a press is called in the audit log. */
const AUDIT_ACTIONS: Readonly<Record<Press['what'], string>> = {
  acknowledge: 'finding.acknowledge',
  'not-abuse': 'finding.not-abuse',
  accept: 'finding.accept',
  silence: 'silence.add',
  'not-mine': 'finding.not-mine',
  'ask-acceptance': 'finding.accept',
};
const KEEPS_QUIET: ReadonlySet<Press['what']> = new Set([
  'silence',
  'not-abuse',
  'ask-acceptance',
  'accept',
]);

/**
 * Does what a button or a dialog says, and records who pressed it, also when it was refused. A press that
 * Slack delivers twice is done once. Keeping abuse quiet is for the users that the configuration names: a
 * message can be seen by whoever runs the miner.
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
  const refusal = refusalOf(press, finding, parts);
  if (refusal !== null) {
    const isNews = await record(press, finding, parts, now, 'refused');
    return isNews ? refuse(refusal) : NOTHING;
  }
  // Nothing is decided yet: the dialog's answer is what is recorded.
  if (press.what === 'ask-acceptance')
    return { ...NOTHING, dialog: acceptDialog(finding, press, now) };
  if (!(await record(press, finding, parts, now, 'done'))) return NOTHING;
  const by = whoPressed(press);
  switch (press.what) {
    case 'acknowledge':
      await decide(parts, finding, 'acknowledge', { by, at: now, reason: null, until: null });
      return { answer: null, changed: true };
    case 'not-abuse': {
      const until = now + REVIEW_MS;
      const reason = 'marked as not abuse in Slack';
      await decide(parts, finding, 'not-abuse', { by, at: now, reason, until });
      return { answer: null, changed: true };
    }
    case 'accept':
      if (press.acceptance === null) return NOTHING;
      await decide(parts, finding, 'accept', { by, at: now, ...press.acceptance });
      return { answer: null, changed: true };
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

function whoPressed({ userId, userName }: Press): string {
  return `slack:${userId} (${userName})`;
}

/** Why somebody may not do this, or null. */
function refusalOf(
  press: Press,
  { kind }: Finding,
  { workspace, abuseResponders }: PressParts,
): string | null {
  if (!isOf(workspace, press))
    return 'Only members of the workspace that Burnwatch belongs to may decide; nothing was changed.';
  if (kind !== 'cryptojacking' || !KEEPS_QUIET.has(press.what)) return null;
  return abuseResponders.has(press.userId)
    ? null
    : 'Only the users in slack.abuseResponders may silence or accept abuse; nothing was changed. You can still acknowledge it.';
}

/** Written before anything is changed: what cannot be recorded is not done. False when it was before. */
async function record(
  press: Press,
  finding: Finding,
  { audit }: PressParts,
  now: TimeMs,
  result: 'done' | 'refused',
): Promise<boolean> {
  const seq = await audit.append({
    at: now,
    once: `slack/${press.id}`,
    who: whoPressed(press),
    door: 'slack',
    action: AUDIT_ACTIONS[press.what],
    subject: finding.id,
    namespace: finding.scope.namespace,
    detail: {
      result,
      kind: finding.kind,
      scope: formatScope(finding),
      reason: press.acceptance?.reason ?? null,
      until: press.acceptance?.until ?? null,
    },
  });
  return seq !== null;
}

const NOTHING: PressResult = { answer: null, changed: false };

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
