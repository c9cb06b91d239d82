import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isJson, type Json } from './blockKit/problem.ts';
import { readBody, SlackRefusal, type SlackCall } from './calls.ts';
import { Faults } from './faults.ts';
import { takeUpload } from './methods/files.ts';
import {
  BURNWATCH_SCOPES,
  type PressOutcome,
  type SlackPress,
  type SlackSubmission,
  type SlackStandIn,
  type SlackStandInOptions,
} from './options.ts';
import { answerPage } from './page/answerPage.ts';
import { pressPayload } from './press.ts';
import { RateLimits } from './rateLimits.ts';
import { sendSigned } from './sendSigned.ts';
import { SocketMode } from './socketMode.ts';
import { answerCall, type WebApiParts } from './webApi.ts';
import { submissionPayload } from './submit.ts';
import { Workspace } from './workspace.ts';

/**
 * Starts a stand-in for Slack on loopback, written from Slack's public API description: it checks what
 * Slack checks (tokens, scopes, Block Kit, rates, uploads, Socket Mode) and shows what was posted as
 * a page. For tests and the demo; nothing of it is kept.
 */
export async function startSlackStandIn(options: SlackStandInOptions): Promise<SlackStandIn> {
  const workspace = new Workspace(options);
  const sockets = new SocketMode(workspace, options.acknowledgeWithinMs);
  let interactionsUrl: string | null = null;
  const faults = new Faults();
  const calls: SlackCall[] = [];
  // Like Slack's in form, and nothing else: secret scanners need not worry.
  const { botToken = `xoxb-${hex()}`, appToken = `xapp-1-${hex()}` } = options;
  const { signingSecret = hex(), acknowledgeWithinMs } = options;
  const { rates = { postsPerSecond: 1, burst: 1 } } = options;
  let baseUrl = '';
  const api: WebApiParts = {
    workspace,
    botToken,
    appToken,
    scopes: new Set(options.scopes ?? BURNWATCH_SCOPES),
    limits: new RateLimits(rates),
    faults,
    calls,
    baseUrl: () => baseUrl,
    socketUrl: () => sockets.ticketUrl(baseUrl),
  };
  const interact = (payload: Json): Promise<PressOutcome> =>
    interactionsUrl === null
      ? sockets.interact(payload)
      : sendSigned(payload, { url: interactionsUrl, signingSecret, acknowledgeWithinMs });
  const press = (asked: SlackPress): Promise<PressOutcome> =>
    interact(pressPayload(asked, workspace));
  const submit = async ({ userId, values }: SlackSubmission): Promise<PressOutcome> => {
    const dialog = workspace.dialogs.get(userId);
    if (dialog === undefined) throw new Error(`${userId} has no dialog open`);
    const outcome = await interact(submissionPayload(dialog, values, workspace));
    const errors = errorsOf(outcome.response);
    if (errors !== null) workspace.openDialog({ ...dialog, errors });
    else if (outcome.acknowledged) workspace.closeDialog(userId);
    return outcome;
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const text = error instanceof Error ? error.message : String(error);
      if (!response.headersSent) response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(text);
    });
  });
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    if (pathname.startsWith('/api/')) {
      await answerCall(pathname.slice('/api/'.length), request, response, api);
    } else if (pathname.startsWith('/upload/v1/')) {
      await answerUpload(pathname.slice('/upload/v1/'.length), request, response, api);
    } else {
      await answerPage(request, response, { workspace, press, submit, sockets });
    }
  }
  server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    apiUrl: `${baseUrl}/api/`,
    pageUrl: `${baseUrl}/`,
    botToken,
    appToken,
    signingSecret,
    get interactionsUrl() {
      return interactionsUrl;
    },
    set interactionsUrl(url) {
      interactionsUrl = url;
    },
    faults,
    calls,
    messages: (channel) => {
      const name = channel.replace(/^#/, '');
      const ids = workspace.conversations
        .filter((each) => each.id === channel || each.name === name || each.user === channel)
        .map(({ id }) => id);
      return workspace.messages.filter((message) => ids.includes(message.channel));
    },
    connections: () => sockets.connections,
    connectionsEver: () => sockets.welcomed,
    refreshConnections: () => sockets.refresh(),
    press,
    pressTwice: async (asked) => {
      const payload = pressPayload(asked, workspace);
      await interact(payload);
      return interact(payload);
    },
    dialog: (userId) => workspace.dialogs.get(userId),
    submit,
    close: async () => {
      sockets.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What the app says of a dialog's fields, by `block_id`; null when it has nothing against them. */
function errorsOf(response: unknown): Readonly<Record<string, string>> | null {
  if (!isJson(response) || response['response_action'] !== 'errors') return null;
  return response['errors'] as Readonly<Record<string, string>>;
}

/** The bytes of a file, raw or as the one part of a form. */
async function answerUpload(
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
  { workspace, faults }: WebApiParts,
): Promise<void> {
  const fault = faults.take('upload', undefined);
  if (fault?.kind === 'down') {
    request.socket.destroy();
    return;
  }
  try {
    if (fault !== null) throw new SlackRefusal('upload_failed');
    const body = await fileBytes(request);
    response.writeHead(200, { 'content-type': 'text/plain' }).end(takeUpload(workspace, key, body));
  } catch (error) {
    if (!(error instanceof SlackRefusal)) throw error;
    response.writeHead(400, { 'content-type': 'text/plain' }).end(error.code);
  }
}

async function fileBytes(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request);
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('multipart/form-data')) return body;
  const headers = { 'content-type': contentType };
  const form = await new Response(new Uint8Array(body), { headers }).formData();
  const [file] = [...form.values()].filter((part) => part instanceof Blob);
  if (file === undefined) throw new SlackRefusal('no_file_data');
  return Buffer.from(await file.arrayBuffer());
}

function hex(): string {
  return randomBytes(12).toString('hex');
}
