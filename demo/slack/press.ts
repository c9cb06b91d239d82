import { isJson, type Json } from './blockKit/problem.ts';
import { messageJson } from './methods/messageJson.ts';
import type { SlackPress } from './options.ts';
import type { Workspace } from './workspace.ts';
import type { StoredMessage } from './stored.ts';

/** The `block_actions` payload of a press (docs.slack.dev, interaction payloads). Throws for what is not there. */
export function pressPayload(press: SlackPress, workspace: Workspace): Json {
  const { userId, channel, ts, actionId, option } = press;
  const conversation = workspace.conversations.find(
    ({ id, name }) => id === channel || name === channel.replace(/^#/, ''),
  );
  const message = conversation && workspace.message(conversation.id, ts);
  if (conversation === undefined || message === undefined) {
    throw new Error(`there is no such message to press on: ${channel} ${ts} by ${userId}`);
  }
  const { block, element } = findElement(message, actionId);
  const actionTs = workspace.ids.ts();
  return {
    type: 'block_actions',
    ...personJson(userId, workspace),
    container: {
      type: 'message',
      message_ts: ts,
      channel_id: conversation.id,
      is_ephemeral: false,
    },
    trigger_id: workspace.newTrigger(userId),
    channel: { id: conversation.id, name: conversation.name },
    message: messageJson(message, workspace, false),
    state: { values: {} },
    actions: [{ ...actionOf(element, option), block_id: block['block_id'], action_ts: actionTs }],
  };
}

/** Who did something, where, and with which app: in every payload. */
export function personJson(userId: string, { users, teamId, teamName, appId }: Workspace): Json {
  const user = users.find(({ id }) => id === userId);
  if (user === undefined) throw new Error(`there is no such user: ${userId}`);
  const { id, name, team = teamId } = user;
  return {
    user: { id, username: name, name, team_id: team },
    api_app_id: appId,
    team: { id: teamId, domain: teamName.toLowerCase().replace(/\W/g, '') },
    enterprise: null,
    is_enterprise_install: false,
  };
}

function findElement(message: StoredMessage, actionId: string): { block: Json; element: Json } {
  for (const block of message.blocks) {
    const listed = Array.isArray(block['elements']) ? (block['elements'] as unknown[]) : [];
    const elements: readonly unknown[] = [...listed, block['accessory']];
    const element = elements.find((each) => isJson(each) && each['action_id'] === actionId);
    if (isJson(element)) return { block, element };
  }
  throw new Error(`this message has no element ${actionId}`);
}

function actionOf(element: Json, option: string | undefined): Json {
  const { type, action_id: actionId, text, value, style, options } = element;
  if (type === 'button') {
    return {
      type,
      action_id: actionId,
      text,
      ...(value !== undefined && { value }),
      ...(style !== undefined && { style }),
    };
  }
  const all = Array.isArray(options) ? (options as readonly Json[]) : [];
  const selected = all.find((each) => each['value'] === option);
  if (selected === undefined) throw new Error(`the menu has no entry ${String(option)}`);
  return { type, action_id: actionId, selected_option: selected };
}
