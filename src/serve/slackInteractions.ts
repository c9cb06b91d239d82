import type { Context, Hono } from 'hono';
import type { SignatureProblem } from '../channels/slack/signedInteractions.ts';
import type { ServeDeps } from './deps.ts';
import { HttpProblem } from './problem.ts';
import type { ServerEnv } from './security/access.ts';

const PROBLEMS: Readonly<Record<SignatureProblem, string>> = {
  'no-secret': 'slack.signingSecret is not configured',
  old: 'The request is older than five minutes, or has no X-Slack-Request-Timestamp',
  'wrong-signature': 'X-Slack-Signature is not that of slack.signingSecret',
  'bad-body': 'The body has no payload in JSON',
};

/** Slack’s buttons by HTTP. It needs no token: Slack's signature says who sends. */
export function mountSlackInteractions(app: Hono<ServerEnv>, deps: ServeDeps): void {
  app.post('/slack/interactions', async (context) => {
    const taken = (await deps.slackInteractions?.(await signedOf(context))) ?? {
      problem: 'no-secret' as const,
    };
    if ('answer' in taken)
      return Object.keys(taken.answer).length === 0
        ? context.body(null, 200)
        : context.json(taken.answer);
    const { problem } = taken;
    const status = problem === 'no-secret' ? 404 : problem === 'bad-body' ? 400 : 401;
    throw new HttpProblem(status, PROBLEMS[problem]);
  });
}

async function signedOf({ req }: Context<ServerEnv>) {
  return {
    body: await req.text(),
    timestamp: req.header('x-slack-request-timestamp') ?? '',
    signature: req.header('x-slack-signature') ?? '',
  };
}
