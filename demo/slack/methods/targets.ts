import { SlackRefusal } from '../calls.ts';
import type { Conversation } from '../stored.ts';
import type { MethodContext } from './method.ts';

/**
 * Where a post goes: a channel's name or id, a user's id (a direct message). Public channels take
 * posts of apps that are no members only with `chat:write.public`.
 */
export function conversationForPosting(
  { workspace, scopes }: MethodContext,
  address: string,
): Conversation {
  if (/^[UW][A-Z0-9]{5,}$/.test(address)) return directMessage(workspace, address);
  const conversation = workspace.visible(address);
  if (conversation.isArchived) throw new SlackRefusal('is_archived');
  const open = conversation.kind === 'public' && scopes.has('chat:write.public');
  if (!open) requireMember(conversation);
  return conversation;
}

export function requireMember({ botIsMember }: Conversation): void {
  if (!botIsMember) throw new SlackRefusal('not_in_channel');
}

/** Posting to an unknown user is `channel_not_found`, not `user_not_found`. */
function directMessage(workspace: MethodContext['workspace'], userId: string): Conversation {
  try {
    return workspace.directMessage(userId);
  } catch {
    throw new SlackRefusal('channel_not_found');
  }
}
