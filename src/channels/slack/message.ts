import type { KnownBlock } from '@slack/web-api';

/** A message ready to be posted: blocks for the screen, text for notifications and screen readers. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** A picture that was uploaded before, to be shown inside a message. */
export interface UploadedImage {
  readonly fileId: string;
  readonly altText: string;
}

/** Buttons that messages carry; `value` holds the finding's id, or the response's with the hash of its plan. */
export const ACTION_IDS = {
  open: 'burnwatch_open',
  acknowledge: 'burnwatch_ack',
  silence: 'burnwatch_silence_24h',
  notAbuse: 'burnwatch_not_abuse',
  more: 'burnwatch_more',
  approveResponse: 'burnwatch_response_approve',
  undoResponse: 'burnwatch_response_undo',
} as const;
