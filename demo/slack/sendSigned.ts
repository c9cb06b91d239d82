import { createHmac } from 'node:crypto';
import type { Json } from './blockKit/problem.ts';
import type { PressOutcome } from './options.ts';
import { ACKNOWLEDGE_WITHIN_MS } from './socketMode.ts';

interface RequestUrl {
  readonly url: string;
  readonly signingSecret: string;
  readonly acknowledgeWithinMs?: number | undefined;
}

/** Headers of a request that Slack signs (docs.slack.dev, verifying requests from Slack). */
export function signedHeaders(
  body: string,
  secret: string,
  now: number,
): Readonly<Record<string, string>> {
  const timestamp = `${Math.floor(now / 1000)}`;
  const mac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
  return {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${mac}`,
  };
}

/** Sends an interaction to the app's Request URL, and waits for its acknowledgement: a 200 within three seconds. */
export async function sendSigned(
  payload: Json,
  { url, signingSecret, acknowledgeWithinMs = ACKNOWLEDGE_WITHIN_MS }: RequestUrl,
): Promise<PressOutcome> {
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const sentAt = Date.now();
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: signedHeaders(body, signingSecret, sentAt),
      body,
      signal: AbortSignal.timeout(acknowledgeWithinMs),
    });
    const text = await answer.text();
    const response = answer.ok && text !== '' ? (JSON.parse(text) as unknown) : null;
    return { acknowledged: answer.ok, afterMs: Date.now() - sentAt, response };
  } catch {
    return { acknowledged: false, afterMs: Date.now() - sentAt, response: null };
  }
}
