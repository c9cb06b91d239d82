import { z } from 'zod';
import type { TimeMs } from '../../model/time.ts';
import { ACTION_IDS } from './message.ts';

/** Who did it, and in which workspace: of all interaction payloads (docs.slack.dev, interaction payloads). */
export const personSchema = z.object({
  user: z.object({
    id: z.string().regex(/^[UW][A-Z0-9]+$/),
    username: z.string().optional(),
    name: z.string().optional(),
    team_id: z.string().optional(),
  }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
});

/** A button of a response to a finding. */
export interface ResponseInteraction extends Person {
  readonly what: 'approve' | 'undo';
  readonly responseId: string;
  /** Of the plan that the message showed. */
  readonly hash: string;
  readonly channel: string | null;
}

/** The fields of a `block_actions` payload that are used. */
const payloadSchema = personSchema.extend({
  type: z.literal('block_actions'),
  trigger_id: z.string().optional(),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        action_ts: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

/** A Slack user and their workspace. */
export interface Person {
  readonly userId: string;
  /** Slack's name for the user, for the record; ids alone say nothing a year later. */
  readonly userName: string;
  readonly teamId: string | null;
  readonly enterpriseId: string | null;
}

/** What a user requested with a button or in a dialog. */
export interface Interaction extends Person {
  readonly what: 'acknowledge' | 'silence' | 'not-abuse' | 'not-mine' | 'ask-acceptance' | 'accept';
  /** The same when Slack delivers one interaction twice. */
  readonly id: string;
  /** For `accept`: what the dialog was filled in with. */
  readonly acceptance: { readonly until: TimeMs; readonly reason: string } | null;
  readonly findingId: string;
  readonly channel: string | null;
  readonly messageTs: string | null;
  /** With it a dialog can be opened, for three seconds. */
  readonly triggerId: string | null;
}

const MENU = /^(not-mine|accept):(.+)$/s;
const BUTTONS: ReadonlyMap<string, Interaction['what']> = new Map([
  [ACTION_IDS.acknowledge, 'acknowledge'],
  [ACTION_IDS.silence, 'silence'],
  [ACTION_IDS.notAbuse, 'not-abuse'],
]);

/** Reads a payload; null for what is not one of our buttons (also links, which need no answer). */
export function readButton(payload: unknown): Interaction | null {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { channel, message, actions, trigger_id: triggerId } = parsed.data;
  const [action] = actions;
  if (action === undefined) return null;
  const person = personOf(parsed.data);
  const interaction = {
    ...person,
    id: `${person.userId}/${action.action_id}/${action.action_ts}`,
    acceptance: null,
    channel: channel?.id ?? null,
    messageTs: message?.ts ?? null,
    triggerId: triggerId ?? null,
  };
  const what = BUTTONS.get(action.action_id);
  if (what !== undefined && action.value !== undefined)
    return { ...interaction, what, findingId: action.value };
  if (action.action_id !== ACTION_IDS.more) return null;
  const [, name, findingId] = MENU.exec(action.selected_option?.value ?? '') ?? [];
  if (name === undefined || findingId === undefined) return null;
  return { ...interaction, what: name === 'accept' ? 'ask-acceptance' : 'not-mine', findingId };
}

/** Reads a button of a response; null for others. */
export function readResponseButton(payload: unknown): ResponseInteraction | null {
  const { data } = payloadSchema.safeParse(payload);
  const [action] = data?.actions ?? [];
  if (data === undefined || action === undefined) return null;
  const what = RESPONSE_BUTTONS.get(action.action_id);
  const [, responseId, hash] = /^([0-9a-z]{1,64}):([0-9a-f]{64})$/.exec(action.value ?? '') ?? [];
  if (what === undefined || responseId === undefined || hash === undefined) return null;
  return { ...personOf(data), what, responseId, hash, channel: data.channel?.id ?? null };
}

const RESPONSE_BUTTONS: ReadonlyMap<string, ResponseInteraction['what']> = new Map([
  [ACTION_IDS.approveResponse, 'approve'],
  [ACTION_IDS.undoResponse, 'undo'],
]);

export function personOf({ user, team, enterprise }: z.output<typeof personSchema>): Person {
  return {
    userId: user.id,
    userName: user.username ?? user.name ?? user.id,
    teamId: user.team_id ?? team?.id ?? null,
    enterpriseId: enterprise?.id ?? null,
  };
}
