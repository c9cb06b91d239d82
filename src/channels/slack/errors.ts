import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { ChannelError, type FailureKind } from '../../store/notifications/delivery.ts';
import { ownValue } from '../../model/ownValue.ts';
import { truncate } from '../../model/text/format.ts';
import { errorCode, NEVER_CONNECTED } from '../http.ts';

/**
 * Slack's error codes by what they mean for a delivery (docs.slack.dev, chat.postMessage). What is not
 * listed counts as transient and in doubt: it is retried, looked up first, and given up in the end.
 */
const KINDS: Readonly<Record<string, FailureKind>> = {
  // Nothing goes through until the operator repairs the token or the app.
  invalid_auth: 'operator',
  not_authed: 'operator',
  account_inactive: 'operator',
  token_revoked: 'operator',
  token_expired: 'operator',
  missing_scope: 'operator',
  no_permission: 'operator',
  not_allowed_token_type: 'operator',
  team_access_not_granted: 'operator',
  ekm_access_denied: 'operator',
  org_login_required: 'operator',
  accesslimited: 'operator',
  access_denied: 'operator',
  enterprise_is_restricted: 'operator',
  // This address does not work, others do.
  channel_not_found: 'target',
  not_in_channel: 'target',
  is_archived: 'target',
  restricted_action: 'target',
  restricted_action_read_only_channel: 'target',
  user_not_found: 'target',
  users_not_found: 'target',
  user_not_visible: 'target',
  user_disabled: 'target',
  cannot_dm_bot: 'target',
  messages_tab_disabled: 'target',
  // This message cannot be sent as it is.
  invalid_blocks: 'message',
  invalid_blocks_format: 'message',
  invalid_arguments: 'message',
  invalid_metadata_format: 'message',
  invalid_metadata_schema: 'message',
  metadata_too_large: 'message',
  msg_too_long: 'message',
  msg_blocks_too_long: 'message',
  no_text: 'message',
  markdown_text_conflict: 'message',
  // Waiting helps, and Slack did nothing.
  ratelimited: 'transient',
  rate_limited: 'transient',
  message_limit_exceeded: 'transient',
  service_unavailable: 'transient',
  team_added_to_org: 'transient',
};

const CURES: Readonly<Record<string, string>> = {
  channel_not_found:
    'create the channel, or correct its name in the configuration; invite the app to private ones',
  not_in_channel: 'invite the app to the channel with /invite',
  is_archived: 'unarchive the channel, or name another one in the configuration',
  users_not_found:
    'no Slack account has this e-mail address: correct the owner, or map it under owners.teams',
  missing_scope: 'add the scope to the Slack app and install it again',
  token_revoked: 'install the Slack app again and replace slack.token',
  invalid_auth: 'replace slack.token with the bot token of the installed app',
  account_inactive: 'install the Slack app again and replace slack.token',
};

/** What Slack says of a refused message, at most. */
const MAX_DETAILS = 300;

/** Turns whatever the SDK throws into our own error. Tokens never get into a message. */
export function toChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof WebAPIRateLimitedError) {
    const retryAfterMs = Math.max(1, error.retryAfter) * 1_000;
    const text = `Slack asked to wait ${error.retryAfter} s`;
    return new ChannelError('transient', 'ratelimited', text, { retryAfterMs, cause: error });
  }
  if (error instanceof WebAPIPlatformError) return fromCode(error.data, error);
  if (error instanceof WebAPIHTTPError) {
    const code = `http_${error.statusCode}`;
    // A gateway may fail after Slack took the message.
    const inDoubt = error.statusCode >= 500;
    const text = `Slack answered ${error.statusCode}`;
    return new ChannelError('transient', code, text, { inDoubt, cause: error });
  }
  if (error instanceof WebAPIRequestError) {
    const code = errorCode(error.original);
    const inDoubt = !NEVER_CONNECTED.has(code);
    return new ChannelError('transient', code, `Slack could not be reached (${code})`, {
      inDoubt,
      cause: error,
    });
  }
  const text = truncate(error instanceof Error ? error.message : String(error), MAX_DETAILS);
  return new ChannelError('transient', 'unknown', text, { inDoubt: true, cause: error });
}

/** Slack's own codes; anything else in their place is the answer of another server. */
const CODE = /^[a-z][\w.:-]{0,99}$/;

function fromCode(data: unknown, cause: unknown): ChannelError {
  const { error: code, response_metadata: metadata } = (data ?? {}) as {
    readonly error?: unknown;
    readonly response_metadata?: { readonly messages?: unknown } | null;
  };
  if (typeof code !== 'string' || !CODE.test(code)) {
    const text =
      'Slack’s address answered with something that is not of its API: correct slack.apiUrl, or the proxy in between';
    return new ChannelError('transient', 'bad-answer', text, { inDoubt: true, cause });
  }
  const kind = ownValue(KINDS, code);
  const messages = metadata?.messages;
  const details = Array.isArray(messages) ? truncate(messages.join('; '), MAX_DETAILS) : '';
  const cure = ownValue(CURES, code);
  const text = [`Slack refused: ${code}`, details, cure].filter(Boolean).join('; ');
  return new ChannelError(kind ?? 'transient', code, text, { inDoubt: kind === undefined, cause });
}
