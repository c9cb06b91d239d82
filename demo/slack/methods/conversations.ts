import { booleanArg, limitArg, requiredArg, SlackRefusal, textArg } from '../calls.ts';
import type { Conversation, StoredMessage } from '../stored.ts';
import { messageJson } from './messageJson.ts';
import type { Method, MethodContext } from './method.ts';
import { requireMember } from './targets.ts';

const PREFIX = { public: 'channels', private: 'groups', im: 'im' } as const;

/** Each kind of conversation has scopes of its own. @throws SlackRefusal `missing_scope` */
function requireScope(
  { scopes }: MethodContext,
  kind: Conversation['kind'],
  what: 'read' | 'history',
): void {
  const needed = `${PREFIX[kind]}:${what}`;
  if (scopes.has(needed)) return;
  throw new SlackRefusal('missing_scope', { needed, provided: [...scopes].join(',') });
}

const list: Method = {
  scopes: [],
  token: 'bot',
  run: (context) => {
    const { workspace, args } = context;
    const types = (textArg(args, 'types') ?? 'public_channel').split(',');
    const kinds = types.map((type) => type.replace(/_channel$/, '').trim());
    for (const kind of kinds) {
      if (kind !== 'public' && kind !== 'private' && kind !== 'im') {
        throw new SlackRefusal('invalid_types');
      }
      requireScope(context, kind, 'read');
    }
    const found = workspace.conversations.filter(
      ({ kind, botIsMember, isArchived }) =>
        kinds.includes(kind) &&
        (kind !== 'private' || botIsMember) &&
        !(isArchived && booleanArg(args, 'exclude_archived')),
    );
    const page = paged(context, found, 1_000);
    return { channels: page.items.map(channelJson), response_metadata: page.metadata };
  },
};

const info: Method = {
  scopes: [],
  token: 'bot',
  run: (context) => {
    const found = context.workspace.visible(requiredArg(context.args, 'channel'));
    requireScope(context, found.kind, 'read');
    return { channel: channelJson(found) };
  },
};

const open: Method = {
  scopes: ['im:write'],
  token: 'bot',
  run: ({ workspace, args }) => {
    const before = workspace.conversations.length;
    const channel = workspace.directMessage(requiredArg(args, 'users'));
    const alreadyOpen = workspace.conversations.length === before;
    return { channel: { id: channel.id }, ...(alreadyOpen && { already_open: true }) };
  },
};

const history: Method = {
  scopes: [],
  token: 'bot',
  run: (context) => {
    const conversation = readable(context);
    const messages = context.workspace.messages.filter(
      (message) =>
        message.channel === conversation.id &&
        message.onlyFor === null &&
        (message.threadTs === null || message.broadcast),
    );
    return page(context, messages.toReversed());
  },
};

const replies: Method = {
  scopes: [],
  token: 'bot',
  run: (context) => {
    const conversation = readable(context);
    const ts = requiredArg(context.args, 'ts');
    if (context.workspace.message(conversation.id, ts) === undefined) {
      throw new SlackRefusal('thread_not_found');
    }
    const messages = context.workspace.messages.filter(
      (message) =>
        message.channel === conversation.id &&
        message.onlyFor === null &&
        (message.ts === ts || message.threadTs === ts),
    );
    return page(context, messages);
  },
};

function readable(context: MethodContext): Conversation {
  const channel = requiredArg(context.args, 'channel');
  // Reading wants an id; a name is not found.
  if (!/^[CDG][A-Z0-9]{6,}$/.test(channel)) throw new SlackRefusal('channel_not_found');
  const conversation = context.workspace.visible(channel);
  requireScope(context, conversation.kind, 'history');
  requireMember(conversation);
  return conversation;
}

function page(
  context: MethodContext,
  all: readonly StoredMessage[],
): Readonly<Record<string, unknown>> {
  const { args, workspace } = context;
  const oldest = Number(textArg(args, 'oldest') ?? 0);
  const latest = Number(textArg(args, 'latest') ?? Number.POSITIVE_INFINITY);
  const within = all.filter(({ ts, threadTs }) => {
    const at = Number(ts);
    // A thread's first message is always there.
    return (at > oldest && at < latest) || (threadTs === null && ts === textArg(args, 'ts'));
  });
  const { items, metadata, hasMore } = paged(context, within, 999);
  const withMetadata = booleanArg(args, 'include_all_metadata');
  const messages = items.map((message) => messageJson(message, workspace, withMetadata));
  return { messages, has_more: hasMore, response_metadata: metadata };
}

function paged<T>({ args }: MethodContext, all: readonly T[], max: number) {
  const cursor = textArg(args, 'cursor');
  const from = cursor === undefined ? 0 : Number(Buffer.from(cursor, 'base64').toString());
  if (!Number.isInteger(from) || from < 0) throw new SlackRefusal('invalid_cursor');
  const to = from + limitArg(args, 100, max);
  const hasMore = to < all.length;
  const next = hasMore ? Buffer.from(String(to)).toString('base64') : '';
  return { items: all.slice(from, to), hasMore, metadata: { next_cursor: next } };
}

function channelJson(conversation: Conversation): Readonly<Record<string, unknown>> {
  const { id, name, kind, isArchived, botIsMember, user, topic } = conversation;
  if (kind === 'im') return { id, is_im: true, user };
  return {
    id,
    name,
    is_channel: true,
    is_private: kind === 'private',
    is_archived: isArchived,
    is_member: botIsMember,
    topic: { value: topic },
  };
}

export const conversationMethods: Readonly<Record<string, Method>> = {
  'conversations.list': list,
  'conversations.info': info,
  'conversations.open': open,
  'conversations.history': history,
  'conversations.replies': replies,
};
