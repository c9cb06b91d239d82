import type { WebClient } from '@slack/web-api';
import { HOUR_MS, type TimeMs } from '../../model/time.ts';
import type { Clock } from '../../notify/clock.ts';
import { ChannelError } from '../../store/notifications/delivery.ts';

const KEEP_MS = 24 * HOUR_MS;

/** A user group as far as messages need it. */
export interface UserGroup {
  readonly id: string;
  /** Id of its default channel; null where none is set in Slack. */
  readonly channel: string | null;
}

/**
 * Slack's user groups by id or `@handle`, kept for a day. A group has no inbox of its own: its news go
 * to its default channel, with the group mentioned.
 */
export class UserGroups {
  readonly #client: WebClient;
  readonly #clock: Clock;
  #known: { readonly groups: ReadonlyMap<string, UserGroup>; readonly at: TimeMs } | null = null;

  constructor(client: WebClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** @throws ChannelError where there is no such group, or it has no default channel. */
  async find(address: string): Promise<UserGroup & { readonly channel: string }> {
    const group = (await this.#groups()).get(address.toLowerCase());
    if (group === undefined) {
      const text = `Slack has no user group ${address}: correct the owner, or map it under owners.teams`;
      throw new ChannelError('target', 'no_such_group', text);
    }
    if (group.channel === null) {
      const text = `the user group ${address} has no default channel: set one in Slack, or map the owner to a channel under owners.teams`;
      throw new ChannelError('target', 'group_without_channel', text);
    }
    return { ...group, channel: group.channel };
  }

  async #groups(): Promise<ReadonlyMap<string, UserGroup>> {
    const now = this.#clock.now();
    if (this.#known !== null && Math.abs(now - this.#known.at) < KEEP_MS) return this.#known.groups;
    const { usergroups = [] } = await this.#client.usergroups.list();
    const groups = new Map<string, UserGroup>();
    for (const { id, handle, prefs } of usergroups) {
      if (id === undefined) continue;
      const group = { id, channel: prefs?.channels?.[0] ?? null };
      groups.set(id.toLowerCase(), group);
      if (handle !== undefined) groups.set(`@${handle.toLowerCase()}`, group);
    }
    this.#known = { groups, at: now };
    return groups;
  }
}
