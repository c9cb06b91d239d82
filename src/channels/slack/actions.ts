import type { ActionsBlock, Button } from '@slack/web-api';
import type { Finding } from '../../model/finding.ts';
import { findingUrl, type RenderContext } from '../../model/text/format.ts';
import { plainText } from './limits.ts';
import { ACTION_IDS } from './message.ts';

/** Open, Acknowledge, Silence 24 h, Not abuse, and a menu with the rarer ones. */
export function findingActions(finding: Finding, context: RenderContext): ActionsBlock {
  const url = findingUrl(finding, context);
  const { id, kind, state } = finding;
  const open: Button[] =
    url === null
      ? []
      : [{ type: 'button', action_id: ACTION_IDS.open, text: plainText('Open'), url }];
  const acknowledge: Button[] =
    state === 'open'
      ? [button(ACTION_IDS.acknowledge, 'Acknowledge', id, { style: 'primary' })]
      : [];
  const notAbuse: Button[] =
    kind === 'cryptojacking' ? [button(ACTION_IDS.notAbuse, 'Not abuse', id)] : [];
  return {
    type: 'actions',
    elements: [
      ...open,
      ...acknowledge,
      button(ACTION_IDS.silence, 'Silence 24 h', id),
      ...notAbuse,
      {
        type: 'overflow',
        action_id: ACTION_IDS.more,
        options: [
          { text: plainText('Not mine'), value: `not-mine:${id}` },
          { text: plainText('Accept until …'), value: `accept:${id}` },
        ],
      },
    ],
  };
}

function button(
  actionId: string,
  text: string,
  value: string,
  more: Partial<Pick<Button, 'style'>> = {},
): Button {
  return { type: 'button', action_id: actionId, text: plainText(text), value, ...more };
}
