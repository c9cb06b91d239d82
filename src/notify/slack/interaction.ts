import { z } from 'zod';
import { ACTION_IDS } from './message.ts';

/** The fields of a `block_actions` payload that are used (docs.slack.dev, interaction payloads). */
const payloadSchema = z.object({
  type: z.literal('block_actions'),
  user: z.object({
    id: z.string().regex(/^[UW][A-Z0-9]+$/),
    username: z.string().optional(),
    name: z.string().optional(),
  }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

/** What somebody asked for by pressing a button. */
export interface Press {
  readonly what: 'acknowledge' | 'silence' | 'not-abuse' | 'not-mine' | 'accept';
  /** For `accept`: for how many days. */
  readonly days: number | null;
  readonly findingId: string;
  readonly userId: string;
  /** Slack's name for the user, for the record; ids alone say nothing a year later. */
  readonly userName: string;
  readonly channel: string | null;
  readonly messageTs: string | null;
}

/** Days as our menu has them: three digits at most, within the year that a decision may last. */
const MENU = /^(not-mine|accept-([1-9]\d{0,2})d):(.+)$/s;
const LONGEST_DAYS = 366;
const BUTTONS: ReadonlyMap<string, Press['what']> = new Map([
  [ACTION_IDS.acknowledge, 'acknowledge'],
  [ACTION_IDS.silence, 'silence'],
  [ACTION_IDS.notAbuse, 'not-abuse'],
]);

/** Reads a payload; null for what is not one of our buttons (also links, which need no answer). */
export function readPress(payload: unknown): Press | null {
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return null;
  const { user, channel, message, actions } = parsed.data;
  const [action] = actions;
  if (action === undefined) return null;
  const who = {
    userId: user.id,
    userName: user.username ?? user.name ?? user.id,
    channel: channel?.id ?? null,
    messageTs: message?.ts ?? null,
  };
  const what = BUTTONS.get(action.action_id);
  if (what !== undefined && action.value !== undefined) {
    return { ...who, what, days: null, findingId: action.value };
  }
  if (action.action_id !== ACTION_IDS.more) return null;
  const [, name, days, findingId] = MENU.exec(action.selected_option?.value ?? '') ?? [];
  if (name === undefined || findingId === undefined) return null;
  if (name === 'not-mine') return { ...who, what: 'not-mine', days: null, findingId };
  return Number(days) > LONGEST_DAYS
    ? null
    : { ...who, what: 'accept', days: Number(days), findingId };
}
