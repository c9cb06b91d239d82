import type { Workspace } from '../workspace.ts';
import type { StoredMessage } from '../stored.ts';

/** A message as the Web API shows it. */
export function messageJson(
  message: StoredMessage,
  workspace: Workspace,
  withMetadata: boolean,
): Readonly<Record<string, unknown>> {
  const { ts, text, blocks, attachments, threadTs, metadata, files, editedTs } = message;
  const replies = workspace.messages.filter(
    (reply) => reply.threadTs === ts && reply.channel === message.channel && !reply.onlyFor,
  );
  return {
    type: 'message',
    user: workspace.botUserId,
    bot_id: workspace.botId,
    app_id: workspace.appId,
    team: workspace.teamId,
    ts,
    text,
    ...(blocks.length > 0 && { blocks }),
    ...(attachments.length > 0 && { attachments }),
    ...(threadTs !== null && { thread_ts: threadTs }),
    ...(message.broadcast && { subtype: 'thread_broadcast' }),
    ...(replies.length > 0 && {
      thread_ts: ts,
      reply_count: replies.length,
      latest_reply: replies.at(-1)?.ts,
    }),
    ...(editedTs !== null && { edited: { user: workspace.botUserId, ts: editedTs } }),
    ...(files.length > 0 && { files: files.map((id) => ({ id })) }),
    ...(withMetadata && metadata !== null && { metadata }),
  };
}
