import { booleanArg, invalidArguments, requiredArg, SlackRefusal, textArg } from '../calls.ts';
import type { StoredMessage } from '../stored.ts';
import { messageContent, messageMetadata } from './messageContent.ts';
import { messageJson } from './messageJson.ts';
import type { Method, MethodContext } from './method.ts';
import { conversationForPosting, requireMember } from './targets.ts';

const postMessage: Method = {
  scopes: ['chat:write'],
  token: 'bot',
  run: (context) => {
    const { workspace, args } = context;
    const conversation = conversationForPosting(context, requiredArg(args, 'channel'));
    const { text, blocks, attachments } = messageContent(context);
    const threadTs = textArg(args, 'thread_ts') ?? null;
    if (threadTs !== null) requireThread(context, conversation.id, threadTs);
    const message: StoredMessage = {
      ts: workspace.ids.ts(),
      channel: conversation.id,
      threadTs,
      broadcast: threadTs !== null && booleanArg(args, 'reply_broadcast'),
      text,
      blocks,
      attachments,
      metadata: messageMetadata(context) ?? null,
      files: [],
      editedTs: null,
      onlyFor: null,
    };
    workspace.add(message);
    const { channel, ts } = message;
    return { channel, ts, message: messageJson(message, workspace, false) };
  },
};

function requireThread({ workspace }: MethodContext, channel: string, ts: string): void {
  if (!/^\d{1,12}\.\d{6}$/.test(ts)) throw invalidArguments('invalid thread_ts');
  const root = workspace.message(channel, ts);
  if (root === undefined || root.threadTs !== null) {
    throw new SlackRefusal('cannot_reply_to_message');
  }
}

const update: Method = {
  scopes: ['chat:write'],
  token: 'bot',
  run: (context) => {
    const { workspace, args } = context;
    const before = ownMessage(context);
    const content = messageContent(context);
    const metadata = messageMetadata(context);
    const after: StoredMessage = {
      ...before,
      text: content.text,
      // What is not named stays; an empty list removes it.
      blocks: args['blocks'] === undefined ? before.blocks : content.blocks,
      attachments: args['attachments'] === undefined ? before.attachments : content.attachments,
      metadata:
        metadata === undefined ? before.metadata : 'event_type' in metadata ? metadata : null,
      editedTs: workspace.ids.ts(),
    };
    workspace.replace(before, after);
    const { channel, ts, text } = after;
    return { channel, ts, text, message: messageJson(after, workspace, false) };
  },
};

const remove: Method = {
  scopes: ['chat:write'],
  token: 'bot',
  run: (context) => {
    const message = ownMessage(context);
    context.workspace.remove(message);
    return { channel: message.channel, ts: message.ts };
  },
};

/** A message of the app, by a conversation's id: names do not work here. */
function ownMessage({ workspace, args }: MethodContext): StoredMessage {
  const channel = requiredArg(args, 'channel');
  if (!/^[CDG]/.test(channel)) throw new SlackRefusal('channel_not_found');
  const { id } = workspace.visible(channel);
  const message = workspace.message(id, requiredArg(args, 'ts'));
  if (message === undefined || message.onlyFor !== null)
    throw new SlackRefusal('message_not_found');
  return message;
}

const postEphemeral: Method = {
  scopes: ['chat:write'],
  token: 'bot',
  run: (context) => {
    const { workspace, args } = context;
    const user = requiredArg(args, 'user');
    const conversation = workspace.visible(requiredArg(args, 'channel'));
    requireMember(conversation);
    if (!workspace.users.some(({ id }) => id === user)) {
      throw new SlackRefusal('user_not_in_channel');
    }
    const { text, blocks, attachments } = messageContent(context);
    const ts = workspace.ids.ts();
    const threadTs = textArg(args, 'thread_ts') ?? null;
    const rest = { broadcast: false, metadata: null, files: [], editedTs: null, onlyFor: user };
    workspace.add({ ts, channel: conversation.id, threadTs, text, blocks, attachments, ...rest });
    return { message_ts: ts };
  },
};

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.update': update,
  'chat.delete': remove,
  'chat.postEphemeral': postEphemeral,
};
