import type { Delivery } from '../store/notifications/delivery.ts';
import type { Receiver } from '../store/notifications/receiver.ts';
import type { Response, ResponseAction } from '../store/responses.ts';
import { formatMinute } from '../model/text/units.ts';
import { workloadKey } from '../model/workload.ts';
import type { TimeMs } from '../model/time.ts';
import { approvalsNeeded, isUntouched } from './lifecycle.ts';
import { partyName } from './people.ts';

/** What an action is called in front of people. */
export const ACTION_NAMES: Readonly<Record<ResponseAction, string>> = {
  evidence: 'Capture evidence',
  label: 'Label the pods',
  quarantine: 'Quarantine',
  cordon: 'Cordon the nodes',
  'scale-to-zero': 'Scale to zero',
  suspend: 'Suspend the CronJob',
  evict: 'Evict the pods',
};

/** Before what people wait for: it takes them a minute, and the plan is good for fifteen. */
const PRIORITY = 50;

/** `shop/Deployment/miner`, or the namespace. */
export function targetText({ namespace, workload }: Response): string {
  return workload === null ? namespace : workloadKey(namespace, workload);
}

/** The message about a response as it stands; null where there is no news. */
export function announcement(response: Response, receiver: Receiver, now: TimeMs): Delivery | null {
  const { id, version, action, plan } = response;
  const lines = linesOf(response);
  if (lines === null) return null;
  const { state } = response;
  const offer =
    state === 'planned' ? 'approve' : state === 'verified' && action !== 'evidence' ? 'undo' : null;
  return {
    id: `response-${id}-${version}`,
    receiver,
    conversation: `response/${id}/${version}`,
    priority: PRIORITY,
    createdAt: now,
    notice: {
      kind: 'note',
      audience: 'security',
      title: `${ACTION_NAMES[action]}: ${targetText(response)} (${state})`,
      lines,
      ...(offer !== null && { response: { id, hash: plan.hash, offer } }),
    },
  };
}

/** Operations and pods that a message names; the page has them all. */
const NAMED = 10;

function linesOf(response: Response): readonly string[] | null {
  const { id, state, plan, approvals, action, failure, notes, undoneBy, undoAt } = response;
  switch (state) {
    case 'planned': {
      if (approvals.length > 0) return null;
      const more = plan.operations.length - NAMED;
      return [
        `${partyName(response.requestedBy)} asks for it${response.reason === '' ? '' : `: ${response.reason}`}.`,
        ...plan.operations.slice(0, NAMED).map(({ text }) => text),
        ...(more > 0 ? [`and ${more} more writes`] : []),
        ...(plan.irreversible === null ? [] : [plan.irreversible]),
        ...plan.warnings,
        `Response ${id}, plan ${plan.hash.slice(0, 12)}; takes ${approvalsNeeded(action)} approvals until ${formatMinute(response.expiresAt)}.`,
      ];
    }
    case 'verified':
      return [
        `Done and verified; approved by ${approvals.map(partyName).join(' and ')}.`,
        ...(undoAt === null ? [] : [`It is undone by itself at ${formatMinute(undoAt)}.`]),
        `Response ${id}: burnwatch response show ${id}`,
      ];
    case 'undone':
      return [`Undone by ${undoneBy === null ? 'Burnwatch' : partyName(undoneBy)}.`, ...notes];
    case 'failed':
      return [
        `It failed (${failure?.code ?? 'unknown'}): ${failure?.message ?? ''}`,
        isUntouched(response) ? 'Nothing was changed.' : 'What had been done was undone.',
        ...notes,
      ];
    case 'expired':
      return ['It was not approved in time: plan it again.'];
    case 'withdrawn':
      return [`Withdrawn by ${undoneBy === null ? 'Burnwatch' : partyName(undoneBy)}.`];
    case 'approved':
    case 'executing':
    case 'undoing':
      break;
  }
  return null;
}
