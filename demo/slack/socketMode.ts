import { randomBytes, randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { PressOutcome } from './options.ts';
import type { Workspace } from './workspace.ts';

/** An envelope that is not acknowledged by then shows a warning to its user. */
export const ACKNOWLEDGE_WITHIN_MS = 3_000;
const PING_EVERY_MS = 8_000;
const MAX_CONNECTIONS = 10;

/**
 * Socket Mode: `apps.connections.open` gives an address that works once; the connection begins with
 * `hello`, carries envelopes that the app acknowledges, and ends with `disconnect` from time to time.
 */
export class SocketMode {
  readonly #workspace: Workspace;
  readonly #acknowledgeWithinMs: number;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #tickets = new Set<string>();
  readonly #open = new Set<WebSocket>();
  readonly #waiting = new Map<string, (answer: Acknowledgement) => void>();
  readonly #pings: NodeJS.Timeout;
  #welcomed = 0;

  constructor(workspace: Workspace, acknowledgeWithinMs = ACKNOWLEDGE_WITHIN_MS) {
    this.#workspace = workspace;
    this.#acknowledgeWithinMs = acknowledgeWithinMs;
    this.#pings = setInterval(() => {
      for (const socket of this.#open) socket.ping();
    }, PING_EVERY_MS);
    this.#pings.unref();
  }

  get connections(): number {
    return this.#open.size;
  }

  /** How many there were until now. */
  get welcomed(): number {
    return this.#welcomed;
  }

  /** An address for one connection. */
  ticketUrl(baseUrl: string): string {
    const ticket = randomBytes(16).toString('hex');
    this.#tickets.add(ticket);
    const { appId } = this.#workspace;
    return `${baseUrl.replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${appId}`;
  }

  /** Takes a connection, or refuses one without a fresh ticket. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '', 'http://x');
    const ticket = url.searchParams.get('ticket') ?? '';
    if (url.pathname !== '/link/' || !this.#tickets.delete(ticket)) {
      socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n');
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (connection) => this.#welcome(connection));
  }

  #welcome(connection: WebSocket): void {
    if (this.#open.size >= MAX_CONNECTIONS) {
      send(connection, { type: 'disconnect', reason: 'too_many_websockets' });
      connection.close();
      return;
    }
    this.#open.add(connection);
    this.#welcomed += 1;
    connection.on('close', () => {
      this.#open.delete(connection);
      this.#workspace.changed();
    });
    connection.on('error', () => connection.terminate());
    connection.on('message', (data: Buffer) => this.#acknowledged(data.toString('utf8')));
    send(connection, {
      type: 'hello',
      num_connections: this.#open.size,
      connection_info: { app_id: this.#workspace.appId },
      debug_info: { host: 'stand-in', approximate_connection_time: 18_060 },
    });
    this.#workspace.changed();
  }

  #acknowledged(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      // Slack ignores what it cannot read.
      return;
    }
    const { envelope_id: id, payload = null } = message as Readonly<Record<string, unknown>>;
    if (typeof id === 'string') this.#waiting.get(id)?.({ at: Date.now(), payload });
  }

  /** Sends an interaction to one of the connected apps and waits for its acknowledgement. */
  async interact(payload: Readonly<Record<string, unknown>>): Promise<PressOutcome> {
    const [connection] = this.#open;
    if (connection === undefined) return { acknowledged: false, afterMs: 0, response: null };
    const id = randomUUID();
    const sentAt = Date.now();
    const acknowledged = new Promise<Acknowledgement | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), this.#acknowledgeWithinMs);
      this.#waiting.set(id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
    });
    const takesAnswer = payload['type'] === 'view_submission';
    const body = {
      envelope_id: id,
      accepts_response_payload: takesAnswer,
      type: 'interactive',
      payload,
    };
    send(connection, body);
    const answer = await acknowledged;
    this.#waiting.delete(id);
    const afterMs = (answer?.at ?? Date.now()) - sentAt;
    const response = takesAnswer ? (answer?.payload ?? null) : null;
    return { acknowledged: answer !== null, afterMs, response };
  }

  /** Asks every app to connect again, as Slack does when it recycles a connection. */
  refresh(): void {
    for (const connection of this.#open) {
      send(connection, { type: 'disconnect', reason: 'refresh_requested', debug_info: {} });
    }
  }

  close(): void {
    clearInterval(this.#pings);
    for (const connection of this.#open) connection.terminate();
    this.#server.close();
  }
}

/** That an envelope arrived, with what the app answers to it. */
interface Acknowledgement {
  readonly at: number;
  readonly payload: unknown;
}

function send(connection: WebSocket, message: Readonly<Record<string, unknown>>): void {
  connection.send(JSON.stringify(message));
}
