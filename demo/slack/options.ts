import type { Faults } from './faults.ts';
import type { SlackCall } from './calls.ts';
import type { OpenDialog, StoredMessage } from './stored.ts';

/** A member of the simulated workspace. */
export interface SlackUser {
  /** Such as `U0ALICE01`. */
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  /** The workspace of a member of a shared channel (Slack Connect). */
  readonly team?: string;
}

/** A channel of the simulated workspace. */
export interface SlackChannel {
  /** Without `#`. */
  readonly name: string;
  readonly id?: string;
  readonly topic?: string;
  readonly isPrivate?: boolean;
  readonly isArchived?: boolean;
  /** Whether the app was invited; true by default. */
  readonly botIsMember?: boolean;
}

/** A user group such as `@team-shop`. */
export interface SlackUserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
  /** Names of its default channels, without `#`. */
  readonly channels?: readonly string[];
}

/** Posts a minute and method (Slack's tiers), and posts a second and channel. */
export interface SlackRates {
  readonly postsPerSecond: number;
  /** A short burst that is let through. */
  readonly burst: number;
}

export interface SlackStandInOptions {
  /** 0 (the default) takes a free one; only loopback is listened to. */
  readonly port?: number;
  readonly teamName?: string;
  readonly appName?: string;
  /** The app's tokens; made up by default. */
  readonly botToken?: string;
  readonly appToken?: string;
  /** What the bot token may do; everything that Burnwatch asks for by default. */
  readonly scopes?: readonly string[];
  readonly channels: readonly SlackChannel[];
  readonly users?: readonly SlackUser[];
  readonly userGroups?: readonly SlackUserGroup[];
  /** Null switches rate limits off. */
  readonly rates?: SlackRates | null;
  /** How long a file is not ready for `slack_file` after its upload. */
  readonly fileProcessingMs?: number;
  /** How long an app may take to acknowledge a press; three seconds, as at Slack, by default. */
  readonly acknowledgeWithinMs?: number;
  /** Signs what is sent to `interactionsUrl`; made up by default. */
  readonly signingSecret?: string;
  /** The workspace's clock, milliseconds. */
  now?(): number;
}

/** How the app answered to a press. */
export interface PressOutcome {
  /** True when an app acknowledged the envelope in time. */
  readonly acknowledged: boolean;
  readonly afterMs: number;
  /** How a dialog goes on, where the app said so. */
  readonly response: unknown;
}

export interface SlackPress {
  readonly userId: string;
  readonly channel: string;
  readonly ts: string;
  readonly actionId: string;
  /** Which entry of a menu; unused for buttons. */
  readonly option?: string;
}

/** A dialog filled in and sent. */
export interface SlackSubmission {
  readonly userId: string;
  /** By `block_id`; days as `2026-12-24`. */
  readonly values: Readonly<Record<string, string>>;
}

/** A Slack of our own, on loopback: the Web API, Socket Mode, and a page that shows the messages. */
export interface SlackStandIn {
  /** For `slack.apiUrl`. */
  readonly apiUrl: string;
  /** A page that looks like Slack. */
  readonly pageUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  /** The app's Request URL: with it interactions are sent there, signed, and not through Socket Mode. */
  interactionsUrl: string | null;
  readonly faults: Faults;
  /** Every call, oldest first, as it came in. */
  readonly calls: readonly SlackCall[];
  /** What stands in a channel, thread replies included, oldest first; `channel` is a name or an id. */
  messages(channel: string): readonly StoredMessage[];
  /** Apps that are connected through Socket Mode now. */
  connections(): number;
  /** Connections of apps until now, ended ones included. */
  connectionsEver(): number;
  /** Tells connected apps to connect again, as Slack does every few hours. */
  refreshConnections(): void;
  /** Clicks a button or a menu's entry as a member; resolves when it is acknowledged or too late. */
  press(press: SlackPress): Promise<PressOutcome>;
  /** Presses once, and delivers it again, as Slack does when it did not hear that it arrived. */
  pressTwice(press: SlackPress): Promise<PressOutcome>;
  /** The member's open dialog; undefined when there is none. */
  dialog(userId: string): OpenDialog | undefined;
  /** Sends the open dialog: it closes, or shows what the app says of its fields. */
  submit(submission: SlackSubmission): Promise<PressOutcome>;
  close(): Promise<void>;
}

/** The scopes that Burnwatch's app asks for; see docs/notifications.md. */
export const BURNWATCH_SCOPES: readonly string[] = [
  'chat:write',
  'chat:write.public',
  'files:write',
  'channels:read',
  'groups:read',
  'im:write',
  'channels:history',
  'groups:history',
  'im:history',
  'users:read',
  'users:read.email',
  'usergroups:read',
];
