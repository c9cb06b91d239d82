import { expect, it } from 'vitest';
import { classifyAnswer, classifyNetwork } from './failures.ts';

const server = 'http://prometheus:9090';

it.each([
  [401, 'Unauthorized', 'unauthorized', false],
  [403, 'RBAC: access denied', 'unauthorized', false],
  [302, 'Found', 'bad-answer', false],
  [404, 'page not found', 'bad-answer', false],
  [400, 'parse error: unexpected character', 'bad-query', false],
  [
    422,
    'query processing would load too many samples into memory in query execution',
    'too-large',
    false,
  ],
  [400, 'exceeded maximum resolution of 11,000 points per timeseries', 'too-large', false],
  [422, 'the query hit the max number of chunks limit (limit: 2000000 chunks)', 'too-large', false],
  [422, 'query timed out in expression evaluation', 'timeout', true],
  // Thanos, while one of its stores restarts.
  [
    422,
    'expanding series: proxy Series(): rpc error: code = Unavailable desc = connection refused',
    'overloaded',
    true,
  ],
  [422, 'found duplicate series for the match group', 'bad-query', false],
  [503, 'query timed out in query execution', 'timeout', true],
  [503, 'too busy', 'overloaded', true],
  [429, 'too many outstanding requests', 'overloaded', true],
  [413, '', 'too-large', false],
  [504, '', 'timeout', true],
  [502, 'bad gateway', 'unreachable', true],
] as const)('%d %s is %s', (status, error, code, retryable) => {
  expect(classifyAnswer({ status, errorType: null, error }, server)).toMatchObject({
    code,
    retryable,
  });
});

it('names a failed connection, whatever was thrown', () => {
  const refused = {
    original: { code: 'ECONNREFUSED', message: '', errors: [new Error('connect ECONNREFUSED')] },
  };
  expect(classifyNetwork(refused, server)).toMatchObject({ code: 'unreachable', retryable: true });
  expect(classifyNetwork(refused, server).message).toContain('ECONNREFUSED');
  const cert = { code: 'SELF_SIGNED_CERT_IN_CHAIN', error: 'self-signed certificate' };
  expect(classifyNetwork(cert, server)).toMatchObject({ code: 'unreachable', retryable: false });
  const chain = {
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    message:
      'unable to verify the first certificate; if the root CA is installed locally, try running Node.js with --use-system-ca',
  };
  const unverified = classifyNetwork(chain, server);
  expect(unverified).toMatchObject({ retryable: false });
  expect(unverified.message).toContain('prometheus.tls.caFile');
  expect(unverified.message).not.toContain('Node.js');
});

it('keeps a foreign text on one short line', () => {
  const { message } = classifyAnswer(
    { status: 422, errorType: null, error: `a\nb\u001b[31m${'x'.repeat(999)}` },
    server,
  );
  expect(message).not.toContain('\n');
  expect(message).not.toContain('\u001b');
  expect(message.length).toBeLessThan(400);
});
