import { WebSocket } from 'ws';
import { ApiFailure, failureOf } from '../collect/kubernetes/api/apiFailure.ts';
import { apiUrl, type Connection } from '../collect/kubernetes/api/connect.ts';

/** The API server's protocols: the first byte of a message is its channel. */
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
const STDOUT = 1;
const STATUS = 3;

/** What is run in a container, and within which limits. */
export interface PodCommand {
  readonly container: string;
  readonly command: readonly string[];
  readonly maxLength: number;
  readonly timeoutMs: number;
}

/**
 * Runs a command in a container, without input, and returns what it printed: a `cat` of several files of which one is
 * missing fails and prints the others.
 *
 * @param path of the pod
 * @throws ApiFailure
 */
export async function execInPod(
  connection: Connection,
  path: string,
  { container, command, maxLength, timeoutMs }: PodCommand,
  signal: AbortSignal,
): Promise<string> {
  const { server, options, headers } = connection;
  const query = new URLSearchParams({ container, stdout: 'true' });
  for (const part of command) query.append('command', part);
  const url = apiUrl(server, `${path}/exec?${query.toString()}`);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url, PROTOCOLS, {
    ...options,
    headers: { ...headers, 'user-agent': 'burnwatch' },
    maxPayload: maxLength,
    perMessageDeflate: false,
  });
  const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  const stop = (): void => socket.terminate();
  within.addEventListener('abort', stop, { once: true });
  try {
    return await outputOf(socket, maxLength);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (within.aborted)
      throw new ApiFailure('timeout', `the command did not end within ${timeoutMs / 1000} s`);
    throw error;
  } finally {
    within.removeEventListener('abort', stop);
    socket.terminate();
  }
}

function outputOf(socket: WebSocket, maxLength: number): Promise<string> {
  let text = '';
  let status = '';
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => void (body += piece));
      response.on('end', () => reject(failureOf(response.statusCode ?? 0, body, undefined)));
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new ApiFailure('unreachable', `it cannot be reached (${error.code ?? error.message})`),
      ),
    );
    socket.on('message', (data: Buffer) => {
      const piece = data.subarray(1).toString('utf8');
      if (data[0] === STATUS) status += piece;
      if (data[0] === STDOUT) text += piece;
      if (text.length > maxLength) socket.close();
    });
    socket.on('close', () => {
      if (text !== '' || isSuccess(status)) resolve(text);
      else reject(new ApiFailure('invalid', messageOf(status)));
    });
  });
}

function isSuccess(status: string): boolean {
  return status.includes('"Success"');
}

function messageOf(status: string): string {
  return failureOf(422, status, undefined).message;
}
