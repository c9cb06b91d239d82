import type { ModalView } from '@slack/web-api';
import { ChangeRefused, decideFinding, type Actor } from '../../detect/findings/decideFinding.ts';
import type { AuditLog } from '../../store/auditLog.ts';
import type { OperatorLog } from '../../store/findingLog.ts';
import type { HistoryReader } from '../../store/history.ts';
import type { Finding } from '../../model/finding.ts';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Delivery } from '../../store/notifications/delivery.ts';
import type { Receiver } from '../../store/notifications/receiver.ts';
import { addSilence } from '../../notify/silences/changeSilence.ts';
import { createSilence } from '../../notify/silences/createSilence.ts';
import type { SilenceStore } from '../../store/silences/silence.ts';
import { formatScope } from '../../model/text/format.ts';
import { acceptDialog } from './acceptDialog.ts';
import type { Interaction } from './interaction.ts';
import { notMine, threadNote } from './interactionNotes.ts';
import { isOf, type Workspace } from './workspace.ts';
import { formatMinute } from '../../model/text/units.ts';

/** What a button may do. */
export interface InteractionParts {
  readonly reader: Pick<HistoryReader, 'finding'>;
  readonly actions: Pick<OperatorLog, 'append'>;
  readonly silences: Pick<SilenceStore, 'add' | 'list'>;
  readonly audit: Pick<AuditLog, 'append'>;
  /** Queues a message of our own. */
  enqueue(deliveries: readonly Delivery[]): Promise<void>;
  readonly platform: Receiver;
  /** Where our app lives: presses from elsewhere are refused. */
  readonly workspace: Workspace;
  /** Slack users who may keep abuse quiet. */
  readonly abuseResponders: ReadonlySet<string>;
}

/** What came of an interaction. */
export interface InteractionResult {
  /** Shown to the user alone; null when the message itself shows the change. */
  readonly answer: string | null;
  /** True when something changed that the next plan or delivery will show. */
  readonly changed: boolean;
  /** A dialog to open for the user. */
  readonly dialog?: ModalView;
}

const SILENCE_MS = 24 * HOUR_MS;
/** What an interaction is called in the audit log. */
const AUDIT_ACTIONS: Readonly<Record<Interaction['what'], string>> = {
  acknowledge: 'finding.acknowledge',
  'not-abuse': 'finding.not-abuse',
  accept: 'finding.accept',
  silence: 'silence.add',
  'not-mine': 'finding.not-mine',
  'ask-acceptance': 'finding.accept',
};
const KEEPS_QUIET: ReadonlySet<Interaction['what']> = new Set([
  'silence',
  'not-abuse',
  'ask-acceptance',
  'accept',
]);

/**
 * Does what a button or a dialog says, and records who did it, also when it is refused. What
 * Slack delivers twice is done once. Keeping abuse quiet is for the users that the configuration names: a
 * message can be seen by the person who runs the miner.
 */
export async function handleInteraction(
  interaction: Interaction,
  parts: InteractionParts,
  now: TimeMs,
): Promise<InteractionResult> {
  const finding = await parts.reader.finding(interaction.findingId);
  if (finding === null || finding.id !== interaction.findingId) {
    return refuse('This finding is not in the history any more.');
  }
  if (finding.state === 'resolved')
    return refuse('This finding is already resolved; nothing was changed.');
  const refusal = refusalOf(interaction, finding, parts);
  if (refusal !== null) {
    const isNews = await record(interaction, finding, parts, now, 'refused');
    return isNews ? refuse(refusal) : NOTHING;
  }
  // Nothing is decided yet: the dialog's answer is what is recorded.
  if (interaction.what === 'ask-acceptance')
    return { ...NOTHING, dialog: acceptDialog(finding, interaction, now) };
  try {
    const change = await changeOf(interaction, finding, parts, now);
    if (change === null) return NOTHING;
    await parts.enqueue(change.notes);
    return { answer: change.answer, changed: true };
  } catch (error) {
    if (error instanceof ChangeRefused) return refuse(`${error.message}; nothing was changed.`);
    throw error;
  }
}

/** What was changed: messages for others, and the answer to the user. */
interface Change {
  readonly notes: readonly Delivery[];
  readonly answer: string | null;
}

/** Makes the change that is asked for; null when it was made before. @throws ChangeRefused */
async function changeOf(
  interaction: Interaction,
  finding: Finding,
  parts: InteractionParts,
  now: TimeMs,
): Promise<Change | null> {
  const { what, userName, acceptance } = interaction;
  const actor = actorOf(interaction);
  switch (what) {
    case 'not-mine': {
      if (!(await record(interaction, finding, parts, now, 'done'))) return null;
      const notes = [
        notMine(finding, actor.who, parts.platform, now),
        ...threadNote(interaction, `${userName} says that this is not theirs`, now),
      ];
      return { notes, answer: 'Thank you. The platform team was asked to correct the owner.' };
    }
    case 'silence': {
      const request = {
        matchers: [`fingerprint=${finding.fingerprint}`],
        endsAt: now + SILENCE_MS,
        author: actor.who,
        reason: 'silenced for 24 h in Slack',
      };
      if (!(await addSilence(createSilence(request, now), actor, parts))) return null;
      const text = `Silenced by ${userName} until ${formatMinute(request.endsAt)}`;
      return { notes: threadNote(interaction, text, now), answer: null };
    }
    case 'ask-acceptance':
      return null;
    case 'acknowledge':
    case 'not-abuse':
    case 'accept':
      break;
  }
  const reason = what === 'not-abuse' ? 'marked as not abuse in Slack' : null;
  const request = { action: what, ...(acceptance ?? { reason, until: null }) };
  const isNew = await decideFinding(finding, request, actor, parts, now);
  return isNew ? { notes: [], answer: null } : null;
}

function actorOf(interaction: Interaction): Actor & { readonly via: 'slack' } {
  return { who: whoActed(interaction), via: 'slack', once: `slack/${interaction.id}` };
}

function whoActed({ userId, userName }: Interaction): string {
  return `slack:${userId} (${userName})`;
}

/** Why the user may not do this, or null. */
function refusalOf(
  interaction: Interaction,
  { kind }: Finding,
  { workspace, abuseResponders }: InteractionParts,
): string | null {
  if (!isOf(workspace, interaction))
    return 'Only members of the workspace that Burnwatch belongs to may decide; nothing was changed.';
  if (kind !== 'cryptojacking' || !KEEPS_QUIET.has(interaction.what)) return null;
  return abuseResponders.has(interaction.userId)
    ? null
    : 'Only the users in slack.abuseResponders may silence or accept abuse; nothing was changed. You can still acknowledge it.';
}

/** Written before anything is changed: what cannot be recorded is not done. False when it was before. */
async function record(
  interaction: Interaction,
  finding: Finding,
  { audit }: InteractionParts,
  now: TimeMs,
  result: 'done' | 'refused',
): Promise<boolean> {
  const seq = await audit.append({
    ...actorOf(interaction),
    at: now,
    action: AUDIT_ACTIONS[interaction.what],
    subject: finding.id,
    namespace: finding.scope.namespace,
    detail: {
      result,
      kind: finding.kind,
      scope: formatScope(finding),
      reason: interaction.acceptance?.reason ?? null,
      until: interaction.acceptance?.until ?? null,
    },
  });
  return seq !== null;
}

const NOTHING: InteractionResult = { answer: null, changed: false };

function refuse(answer: string): InteractionResult {
  return { answer, changed: false };
}
