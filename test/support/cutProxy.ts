import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP connection to a server on loopback that a test can cut. */
export interface CutProxy extends AsyncDisposable {
  readonly port: number;
  /** Nothing passes any more, in either direction, and no connection ends: a partition. */
  cut(): void;
  /** Ends what was cut, as a router does that has forgotten it, and passes new connections on. */
  heal(): void;
  /** Ends all connections, and passes new ones on to another port: an address that follows a failover. */
  turnTo(port: number): void;
}

/** Passes connections on to a port of 127.0.0.1. */
export async function startCutProxy(port: number): Promise<CutProxy> {
  let targetPort = port;
  const sockets = new Set<Socket>();
  let isCut = false;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    if (isCut) return;
    const target = connect(targetPort, '127.0.0.1');
    keep(target);
    for (const [from, to] of [
      [client, target],
      [target, client],
    ] as const) {
      from.on('data', (bytes) => void (isCut || to.write(bytes)));
      from.on('close', () => void (isCut || to.destroy()));
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
    },
    heal: () => {
      end();
      isCut = false;
    },
    turnTo: (next) => {
      targetPort = next;
      end();
    },
    async [Symbol.asyncDispose]() {
      end();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
