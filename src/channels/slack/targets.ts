import type { WebClient } from '@slack/web-api';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Clock } from '../../notify/clock.ts';
import { UserGroups } from './userGroups.ts';

const KEEP_MS = 24 * HOUR_MS;
const LIST_PAGES = 10;
const GROUP = 'group:';

/**
 * Turns a receiver's target into what Slack takes as `channel`: `#name` and ids as they are, an e-mail
 * address into its user (`users.lookupByEmail`, kept for a day), a user group into its default channel.
 * A message to a user's id is a direct message.
 */
export class TargetResolver {
  readonly #client: WebClient;
  readonly #clock: Clock;
  readonly #groups: UserGroups;
  readonly #channelIds = new Map<string, string>();
  readonly #users = new Map<string, { readonly id: string; readonly at: TimeMs }>();

  constructor(client: WebClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
    this.#groups = new UserGroups(client, clock);
  }

  /** The user group that a target names, to be mentioned in its messages; null for other targets. */
  async mentionOf(target: string): Promise<string | null> {
    return target.startsWith(GROUP)
      ? (await this.#groups.find(target.slice(GROUP.length))).id
      : null;
  }

  /** Remembers what id a target turned out to have. */
  learn(target: string, id: string): void {
    this.#channelIds.set(target, id);
  }

  /**
   * The conversation's id, which reading needs and posting does not. Null where it cannot be found out
   * (`channels:read`, `groups:read` or `im:write` missing, or no such channel).
   */
  async conversationId(target: string): Promise<string | null> {
    const known = this.#channelIds.get(target);
    if (known !== undefined) return known;
    const resolved = await this.resolve(target);
    const id = resolved.startsWith('#')
      ? await this.#findByName(resolved.slice(1))
      : /^[UW]/.test(resolved)
        ? (await this.#client.conversations.open({ users: resolved })).channel?.id
        : resolved;
    if (id === undefined) return null;
    this.#channelIds.set(target, id);
    return id;
  }

  async #findByName(name: string): Promise<string | undefined> {
    let cursor: string | undefined;
    for (let page = 0; page < LIST_PAGES; page += 1) {
      const answer = await this.#client.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: 1_000,
        ...(cursor ? { cursor } : {}),
      });
      const found = answer.channels?.find((channel) => channel.name === name);
      if (found?.id !== undefined) return found.id;
      cursor = answer.response_metadata?.next_cursor;
      if (!cursor) return undefined;
    }
    return undefined;
  }

  /** @throws WebAPIPlatformError `users_not_found` for an address without a Slack account. */
  async resolve(target: string): Promise<string> {
    if (target.startsWith(GROUP)) {
      return (await this.#groups.find(target.slice(GROUP.length))).channel;
    }
    if (!target.startsWith('email:')) return target;
    const email = target.slice('email:'.length).toLowerCase();
    const known = this.#users.get(email);
    const now = this.#clock.now();
    if (known !== undefined && Math.abs(now - known.at) < KEEP_MS) return known.id;
    const { user } = await this.#client.users.lookupByEmail({ email });
    const id = user?.id;
    if (id === undefined) throw new Error(`Slack answered users.lookupByEmail without an id`);
    this.#users.set(email, { id, at: now });
    return id;
  }
}
