import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { shippedFile } from '../../../src/model/shippedFiles.ts';
import { readBody } from '../calls.ts';
import type { SocketMode } from '../socketMode.ts';
import type { Workspace } from '../workspace.ts';
import { PAGE_ACTIONS, type PageAction, type PageActor } from './actions.ts';
import { clientPage } from './clientPage.ts';

export interface PageParts extends PageActor {
  readonly sockets: SocketMode;
}

/** Answers everything that is no API: the client, its pictures, its live updates, its presses. */
export async function answerPage(
  request: IncomingMessage,
  response: ServerResponse,
  parts: PageParts,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://x');
  const [, first = '', second = ''] = url.pathname.split('/').map(decodeURIComponent);
  const action = PAGE_ACTIONS.get(first);
  if (action !== undefined && request.method === 'POST') {
    await answerAction(action, request, response, parts);
    return;
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    plain(response, 405, 'Method not allowed');
    return;
  }
  switch (first) {
    case '':
      redirect(response, parts.workspace, url);
      return;
    case 'client':
      showClient(second, url, response, parts);
      return;
    case 'events':
      streamChanges(request, response, parts.workspace);
      return;
    case 'fonts':
      await sendFont(second, response);
      return;
    case 'files':
      sendFile(second, response, parts.workspace);
      return;
    default:
      plain(response, 404, 'Not found');
  }
}

function redirect(response: ServerResponse, workspace: Workspace, url: URL): void {
  const busiest = workspace.messages.at(-1)?.channel ?? workspace.conversations[0]?.id ?? '';
  response.writeHead(302, { location: `/client/${busiest}${url.search}` }).end();
}

function showClient(id: string, url: URL, response: ServerResponse, parts: PageParts): void {
  const { workspace, sockets } = parts;
  const conversation = workspace.conversations.find((each) => each.id === id || each.name === id);
  if (conversation === undefined) {
    plain(response, 404, 'There is no such channel');
    return;
  }
  const asked = url.searchParams.get('as');
  const user = workspace.users.find((each) => each.id === asked) ?? workspace.users[0];
  const theme = url.searchParams.get('theme');
  const nonce = randomBytes(16).toString('base64');
  const view = {
    conversation,
    thread: url.searchParams.get('thread'),
    userId: user?.id ?? '',
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    connectedApps: sockets.connections,
  } as const;
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'content-security-policy': `default-src 'none'; img-src 'self'; font-src 'self'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  });
  response.end(clientPage(view, workspace, nonce));
}

/** Tells the page, as server-sent events, that it has to look again. */
function streamChanges(
  request: IncomingMessage,
  response: ServerResponse,
  workspace: Workspace,
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write('retry: 1000\n\n');
  const stop = workspace.onChange(() => response.write('data: changed\n\n'));
  request.on('close', stop);
}

const FONTS = shippedFile('src/notify/chart/fonts/');

/** The fonts of the charts, so that the page looks the same on every machine. */
async function sendFont(name: string, response: ServerResponse): Promise<void> {
  if (name !== 'Inter-Regular.ttf' && name !== 'Inter-SemiBold.ttf') {
    plain(response, 404, 'Not found');
    return;
  }
  const bytes = await readFile(new URL(name, FONTS));
  const headers = { 'content-type': 'font/ttf', 'cache-control': 'max-age=86400' };
  response.writeHead(200, headers).end(bytes);
}

function sendFile(id: string, response: ServerResponse, workspace: Workspace): void {
  const file = workspace.files.get(id);
  const type = /\.(png|jpe?g|gif)$/i.exec(file?.name ?? '')?.[1]?.toLowerCase();
  if (file?.bytes === undefined || file.bytes === null) {
    plain(response, 404, 'Not found');
    return;
  }
  response.writeHead(200, {
    'content-type':
      type === undefined ? 'application/octet-stream' : `image/${type.replace('jpg', 'jpeg')}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
  });
  response.end(file.bytes);
}

/** Something done on the page: from the page itself only. */
async function answerAction(
  action: PageAction,
  request: IncomingMessage,
  response: ServerResponse,
  parts: PageParts,
): Promise<void> {
  const { origin, host } = request.headers;
  if (origin !== undefined && origin !== `http://${host}`) {
    plain(response, 403, 'Only the page itself may press');
    return;
  }
  const form = new URLSearchParams((await readBody(request)).toString('utf8'));
  const outcome = await action(form, parts);
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(outcome));
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
