import type { Conversation, OpenDialog, StoredMessage, StoredFile } from './stored.ts';
import { SlackRefusal } from './calls.ts';
import { Ids } from './ids.ts';
import type { SlackStandInOptions, SlackUser, SlackUserGroup } from './options.ts';

const TRIGGER_MS = 3_000;

/** The state of the simulated workspace, and its listeners. */
export class Workspace {
  readonly now: () => number;
  readonly ids: Ids;
  readonly teamName: string;
  readonly teamId: string;
  readonly appName: string;
  readonly appId: string;
  readonly botUserId: string;
  readonly botId: string;
  readonly users: readonly SlackUser[];
  readonly userGroups: readonly SlackUserGroup[];
  readonly conversations: Conversation[];
  readonly messages: StoredMessage[] = [];
  readonly files = new Map<string, StoredFile>();
  readonly fileProcessingMs: number;
  /** By whom they are seen: one at a time. */
  readonly dialogs = new Map<string, OpenDialog>();
  readonly #triggers = new Map<string, { readonly userId: string; readonly until: number }>();
  readonly #triggerMs: number;
  readonly #listeners = new Set<() => void>();

  constructor(options: SlackStandInOptions) {
    this.now = options.now ?? Date.now;
    this.ids = new Ids(this.now);
    this.#triggerMs = options.acknowledgeWithinMs ?? TRIGGER_MS;
    this.teamName = options.teamName ?? 'Example Corp';
    this.appName = options.appName ?? 'Burnwatch';
    this.teamId = this.ids.next('T');
    this.appId = this.ids.next('A');
    this.botUserId = this.ids.next('U');
    this.botId = this.ids.next('B');
    this.users = options.users ?? [];
    this.userGroups = options.userGroups ?? [];
    this.fileProcessingMs = options.fileProcessingMs ?? 1_500;
    this.conversations = options.channels.map((channel) => ({
      id: channel.id ?? this.ids.next('C'),
      name: channel.name,
      topic: channel.topic ?? '',
      kind: channel.isPrivate === true ? 'private' : 'public',
      isArchived: channel.isArchived ?? false,
      botIsMember: channel.botIsMember ?? true,
      user: null,
    }));
  }

  /** By id, `#name` or name, as far as the app can see it. @throws SlackRefusal `channel_not_found` */
  visible(address: string): Conversation {
    const name = address.replace(/^#/, '');
    const found = this.conversations.find((each) => each.id === address || each.name === name);
    if (found === undefined || (found.kind === 'private' && !found.botIsMember)) {
      throw new SlackRefusal('channel_not_found');
    }
    return found;
  }

  /** The direct message with a user, begun when there is none. @throws SlackRefusal `user_not_found` */
  directMessage(userId: string): Conversation {
    const known = this.conversations.find(({ user }) => user === userId);
    if (known !== undefined) return known;
    const user = this.users.find(({ id }) => id === userId);
    if (user === undefined) throw new SlackRefusal('user_not_found');
    const opened: Conversation = {
      id: this.ids.next('D'),
      name: user.realName,
      topic: '',
      kind: 'im',
      isArchived: false,
      botIsMember: true,
      user: userId,
    };
    this.conversations.push(opened);
    return opened;
  }

  message(channel: string, ts: string): StoredMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts);
  }

  add(message: StoredMessage): void {
    this.messages.push(message);
    this.changed();
  }

  replace(before: StoredMessage, after: StoredMessage): void {
    this.messages[this.messages.indexOf(before)] = after;
    this.changed();
  }

  remove(message: StoredMessage): void {
    this.messages.splice(this.messages.indexOf(message), 1);
    this.changed();
  }

  /** The id with which an app may open one dialog for this user, for three seconds. */
  newTrigger(userId: string): string {
    const id = `${this.ids.ts()}.${this.ids.next('t')}`;
    this.#triggers.set(id, { userId, until: this.now() + this.#triggerMs });
    return id;
  }

  /** @throws SlackRefusal `invalid_trigger_id`, `expired_trigger_id` */
  takeTrigger(id: string): { readonly userId: string } {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) throw new SlackRefusal('invalid_trigger_id');
    this.#triggers.delete(id);
    if (this.now() > trigger.until) throw new SlackRefusal('expired_trigger_id');
    return trigger;
  }

  openDialog(dialog: OpenDialog): void {
    this.dialogs.set(dialog.userId, dialog);
    this.changed();
  }

  closeDialog(userId: string): void {
    this.dialogs.delete(userId);
    this.changed();
  }

  /** Calls `listener` at every change, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
