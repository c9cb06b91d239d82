import { approvalsNeeded } from '../../respond/lifecycle.ts';
import type { Identity } from '../../respond/people.ts';
import { ResponseRefused } from '../../respond/refusals.ts';
import { approve, undo, type RequestParts } from '../../respond/requests.ts';
import type { ResponseInteraction } from './interaction.ts';
import { isOf, type Workspace } from './workspace.ts';

/**
 * Approves or undoes a response by a button; the answer is for the user alone. Slack has signed the interaction, and
 * only a user of our own workspace can be an approver: an id of another one proves nothing.
 */
export async function handleResponse(
  interaction: ResponseInteraction,
  parts: RequestParts,
  workspace: Workspace,
): Promise<string> {
  const { what, responseId, hash } = interaction;
  const identity = identityOf(interaction, workspace);
  try {
    if (what === 'undo') {
      await undo(responseId, identity, parts);
      return 'It is being undone.';
    }
    const { state, approvals, action } = await approve(responseId, hash, identity, parts);
    if (state === 'approved') return 'Approved: it is being executed.';
    return `Approved. It takes ${approvalsNeeded(action) - approvals.length} more.`;
  } catch (error) {
    if (error instanceof ResponseRefused) return `${error.message} (${error.code}).`;
    throw error;
  }
}

function identityOf(interaction: ResponseInteraction, workspace: Workspace): Identity {
  const { userId, userName, teamId, channel } = interaction;
  return {
    who: `slack:${userId} (${userName})`,
    via: 'slack',
    from: `${teamId ?? 'unknown'}/${channel ?? 'unknown'}`,
    proof: isOf(workspace, interaction) ? { kind: 'slack', id: userId } : null,
  };
}
