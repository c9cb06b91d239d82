import type { WebClient } from '@slack/web-api';
import type { Config } from '../../daemon/config/schema.ts';
import type { TimeMs } from '../../model/time.ts';
import { createSlackClient, withSignal } from '../../channels/slack/client.ts';
import { toChannelError } from '../../channels/slack/errors.ts';
import { TargetResolver } from '../../channels/slack/targets.ts';
import { systemClock } from '../../notify/clock.ts';
import type { OnlineResult } from './onlineResult.ts';

/** What a scope is needed for, beyond `chat:write`, without which nothing goes out. */
const SCOPES: readonly (readonly [scope: string, without: string])[] = [
  ['files:write', 'messages have no charts'],
  ['channels:read', 'public channels cannot be looked up, so a lost answer may repeat a message'],
  ['channels:history', 'a message whose answer was lost may be sent twice'],
  ['users:read.email', 'owners given as e-mail addresses cannot be reached'],
  ['im:write', 'owners cannot get direct messages'],
  ['usergroups:read', 'owners given as user groups cannot be reached'],
];

/** Asks Slack who the token belongs to, what it may do, and whether the channels are there. */
export async function checkSlack(
  { slack }: Config,
  _now: TimeMs,
  signal: AbortSignal,
): Promise<readonly OnlineResult[] | null> {
  if (slack?.token === undefined) return null;
  const client = createSlackClient({ token: slack.token, apiUrl: slack.apiUrl });
  try {
    return await withSignal(signal, async () => {
      const { user, team, response_metadata: metadata } = await client.auth.test();
      const who: OnlineResult = { level: 'ok', text: `${user ?? 'the app'} in ${team ?? 'Slack'}` };
      const scopes = missingScopes(metadata?.scopes ?? []);
      const channels = [slack.channel, slack.securityChannel ?? slack.channel];
      const resolver = new TargetResolver(client, systemClock());
      const found = [...new Set(channels)].map((channel) => checkChannel(resolver, channel));
      const buttons = slack.appToken === undefined ? [] : [checkButtons(client, slack.appToken)];
      return [who, ...scopes, ...(await Promise.all([...found, ...buttons]))];
    });
  } catch (error) {
    return [failure(error)];
  }
}

function missingScopes(held: readonly string[]): readonly OnlineResult[] {
  // Some gateways strip the header that says what the token may do.
  if (held.length === 0) return [];
  const missing = SCOPES.filter(([scope]) => !held.includes(scope));
  const lines: OnlineResult[] = missing.map(([scope, without]) => ({
    level: 'warning',
    text: `the token lacks ${scope}: ${without}`,
  }));
  if (!held.includes('chat:write'))
    lines.unshift({ level: 'failed', text: 'the token lacks chat:write: nothing can be posted' });
  return lines;
}

async function checkChannel(resolver: TargetResolver, channel: string): Promise<OnlineResult> {
  try {
    const id = await resolver.conversationId(channel);
    if (id !== null) return { level: 'ok', text: `${channel} is there` };
    const cure = 'create it, or correct its name; invite the app if it is private';
    return { level: 'failed', text: `${channel} was not found: ${cure}` };
  } catch (error) {
    // Without the scope to read channels membership is unknown; posting may still work.
    const { message, code } = toChannelError(error);
    const level = code === 'missing_scope' ? 'warning' : 'failed';
    return { level, text: `${channel} could not be looked up: ${message}` };
  }
}

/** A Socket Mode address is handed out only to a good app token. */
async function checkButtons(client: WebClient, appToken: string): Promise<OnlineResult> {
  try {
    await client.apps.connections.open({ token: appToken });
    return { level: 'ok', text: 'buttons work (Socket Mode)' };
  } catch (error) {
    const { message } = toChannelError(error);
    return { level: 'failed', text: `buttons do not work, slack.appToken is refused: ${message}` };
  }
}

function failure(error: unknown): OnlineResult {
  return { level: 'failed', text: toChannelError(error).message };
}
