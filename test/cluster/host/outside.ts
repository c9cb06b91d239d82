import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { API_SERVICE_IP, GATES, NODE_IP, NODE_NAME, type Gate } from './addresses.ts';
import { joinControlGroup } from './controlGroup.ts';
import { kubeconfig } from './configs.ts';
import { CLUSTER_FILE, CLUSTER_FOLDER, type RunningCluster } from './folders.ts';
import { forward } from './forward.ts';

/** A process of its own in each kind of namespace, killed with its parent. */
const NAMESPACE_FLAGS = '--mount --net --pid --ipc --uts --cgroup --fork --kill-child=KILL'.split(
  ' ',
);

/**
 * Runs outside, detached, as long as the cluster: holds the namespaces and offers the servers in them on free loopback
 * ports. Its argument is when the start began (Unix milliseconds).
 */
async function main(): Promise<void> {
  const sockets = join(CLUSTER_FOLDER, 'sockets');
  await mkdir(sockets, { recursive: true });
  await joinControlGroup(process.pid);
  const log = openSync(join(CLUSTER_FOLDER, 'sandbox.log'), 'a');
  const inside = spawn(
    'unshare',
    [
      ...NAMESPACE_FLAGS,
      'bash',
      join(import.meta.dirname, 'sandbox.sh'),
      CLUSTER_FOLDER,
      process.execPath,
      join(import.meta.dirname, 'inside.ts'),
    ],
    {
      stdio: ['ignore', log, log],
      env: {
        ...process.env,
        BURNWATCH_NODE_NAME: NODE_NAME,
        BURNWATCH_NODE_IP: NODE_IP,
        BURNWATCH_API_SERVICE_IP: API_SERVICE_IP,
      },
    },
  );
  inside.once('exit', () => process.exit(1));
  process.once('SIGTERM', () => inside.kill('SIGKILL'));
  const ports = new Map<string, number>();
  for (const gate of GATES) ports.set(gate.name, await open(gate, sockets));
  const kubeconfigFile = join(CLUSTER_FOLDER, 'kubeconfig');
  const server = `https://127.0.0.1:${ports.get('kubernetes')}`;
  await writeFile(kubeconfigFile, await kubeconfig(CLUSTER_FOLDER, 'admin', server));
  const cluster: Omit<RunningCluster, 'startedInSeconds' | 'kubectl'> = {
    pid: process.pid,
    kubeconfig: kubeconfigFile,
    prometheus: `http://127.0.0.1:${ports.get('prometheus')}`,
    prometheusWithResource: `http://127.0.0.1:${ports.get('prometheus-resource')}`,
    control: join(sockets, 'control'),
    node: NODE_NAME,
  };
  await writeFile(CLUSTER_FILE, JSON.stringify(cluster));
}

/** Listens on a free loopback port and hands each connection to the gate's Unix socket. */
async function open(gate: Gate, sockets: string): Promise<number> {
  const server = createServer((client) => {
    forward(client, connect(join(sockets, gate.name)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

await main();
