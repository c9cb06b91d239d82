import { createHmac, timingSafeEqual } from 'node:crypto';
import { MINUTE_MS, SECOND_MS } from '../../model/time.ts';
import { answerInteraction, type ConnectionParts } from './answerInteraction.ts';
import { workspaceOf, type Workspace } from './workspace.ts';

/** As Slack recommends: an older request may have been recorded and sent again. */
const MAX_AGE_MS = 5 * MINUTE_MS;

/** An interaction as Slack sends it by HTTP (docs.slack.dev, verifying requests from Slack). */
export interface SignedRequest {
  /** The bytes that were signed: a form with the field `payload`. */
  readonly body: string;
  /** `X-Slack-Request-Timestamp`, seconds. */
  readonly timestamp: string;
  /** `X-Slack-Signature`, `v0=` and hex. */
  readonly signature: string;
}

/** Why a request is not taken. */
export type SignatureProblem = 'no-secret' | 'old' | 'wrong-signature' | 'bad-body';

export type SignedAnswer =
  { readonly problem: SignatureProblem } | { readonly answer: Readonly<Record<string, unknown>> };

export interface SignedParts extends Omit<ConnectionParts, 'workspace'> {
  readonly signingSecret: string;
}

/** Takes interactions by HTTP, for workspaces without Socket Mode: each must have Slack's signature. */
export class SignedInteractions {
  readonly #parts: SignedParts;
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #workspace: Promise<Workspace> | null = null;

  constructor(parts: SignedParts) {
    this.#parts = parts;
  }

  /** Answers as soon as the interaction is acknowledged; its work goes on. */
  async take(request: SignedRequest): Promise<SignedAnswer> {
    const { signingSecret, clock } = this.#parts;
    const problem = signatureProblem(request, signingSecret, clock.now());
    if (problem !== null) return { problem };
    const payload = payloadOf(request.body);
    if (payload === null) return { problem: 'bad-body' };
    const workspace = await this.#readWorkspace();
    const acknowledged = Promise.withResolvers<SignedAnswer>();
    const ack = (answer: Readonly<Record<string, unknown>> = {}) =>
      Promise.resolve(acknowledged.resolve({ answer }));
    const parts = { ...this.#parts, workspace };
    const work = answerInteraction({ ack, body: payload }, parts, this.#stop.signal).finally(() => {
      this.#running.delete(work);
      acknowledged.resolve({ answer: {} });
    });
    this.#running.add(work);
    return acknowledged.promise;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#running);
  }

  /** Asked once; after a failure again. */
  #readWorkspace(): Promise<Workspace> {
    this.#workspace ??= workspaceOf(this.#parts.client).catch((error: unknown) => {
      this.#workspace = null;
      throw error;
    });
    return this.#workspace;
  }
}

/** Null where Slack signed the request not long ago. */
function signatureProblem(
  { body, timestamp, signature }: SignedRequest,
  secret: string,
  now: number,
): SignatureProblem | null {
  const sentAt = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * SECOND_MS : 0;
  if (Math.abs(now - sentAt) > MAX_AGE_MS) return 'old';
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  return isSame(expected, signature) ? null : 'wrong-signature';
}

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function payloadOf(body: string): unknown {
  try {
    return JSON.parse(new URLSearchParams(body).get('payload') ?? '');
  } catch {
    return null;
  }
}
