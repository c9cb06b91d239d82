import { createHmac } from 'node:crypto';
import type { Clock } from '../../notify/clock.ts';
import type { Channel } from '../../store/notifications/delivery.ts';
import type { RenderContext } from '../../model/text/format.ts';
import { post } from '../http.ts';
import { webhookBody, type WebhookFormat } from './webhookBody.ts';

export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  /** Signs every body; null sends unsigned. */
  readonly secret: string | null;
  readonly format: WebhookFormat;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * A webhook. Every request carries `Idempotency-Key` (the delivery's id: the same for a repetition, so
 * that the other side can drop it) and, with a secret, `Burnwatch-Signature: t=SECONDS,v1=HEX`, where HEX
 * is HMAC-SHA256 over `SECONDS.BODY`.
 */
export function webhookChannel(
  { name, url, secret, format, headers }: WebhookOptions,
  { context, clock }: { readonly context: RenderContext; readonly clock: Clock },
): Channel {
  return {
    name: `webhook:${name}`,
    send: async (delivery, signal) => {
      const body = webhookBody(delivery, format, context);
      const signature = secret === null ? null : sign(body, secret, clock.now());
      const target = {
        name: `webhook ${name}`,
        url,
        headers: {
          ...headers,
          'idempotency-key': delivery.id,
          ...(signature === null ? {} : { 'burnwatch-signature': signature }),
        },
      };
      await post(target, body, 'application/json', signal);
      return { ids: {} };
    },
  };
}

/** The signature header's value; `now` keeps an old request from being played again. */
function sign(body: string, secret: string, now: number): string {
  const seconds = Math.floor(now / 1000);
  const mac = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${mac}`;
}
