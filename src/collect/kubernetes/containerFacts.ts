import { createHash } from 'node:crypto';
import type { ContainerSpecFacts, EnvVar } from '../../model/podSpec.ts';
import { parseQuantities } from './quantity.ts';
import type { RawContainer, RawPodSpec } from './rawObjects.ts';

/** What detection and posture want to know of a container; a pod's settings hold where it has none itself. */
export function containerFacts(
  role: ContainerSpecFacts['role'],
  raw: RawContainer,
  pod: RawPodSpec,
): ContainerSpecFacts {
  const own = raw.securityContext ?? {};
  const shared = pod.securityContext ?? {};
  const windows = { ...shared.windowsOptions, ...own.windowsOptions };
  const env: readonly EnvVar[] = (raw.env ?? []).map(({ name, value, valueFrom }) => ({
    name: name ?? '',
    value: valueFrom === undefined ? (value ?? '') : null,
  }));
  const command = strings(raw.command);
  const args = strings(raw.args);
  return {
    name: raw.name ?? '',
    role,
    image: raw.image ?? '',
    command,
    args,
    env,
    ports: (raw.ports ?? []).flatMap(({ containerPort }) => containerPort ?? []),
    requests: withDefaults(raw),
    limits: parseQuantities(raw.resources?.limits),
    privileged: own.privileged ?? windows.hostProcess ?? false,
    addedCapabilities: strings(own.capabilities?.add),
    runAsRoot: runsAsRoot(
      own.runAsUser ?? shared.runAsUser,
      own.runAsNonRoot ?? shared.runAsNonRoot,
      windows.runAsUserName,
    ),
    allowPrivilegeEscalation: own.allowPrivilegeEscalation ?? null,
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    seccompProfile: (own.seccompProfile ?? shared.seccompProfile)?.type ?? null,
    hugePagesBytes: hugePages(raw),
    commandHash: commandHash(command, args, env),
  };
}

const WINDOWS_ADMINISTRATOR = /administrator$|\\system$/i;

/** As the API server fills them in: a limit without a request is the request. */
function withDefaults({ resources }: RawContainer): Readonly<Record<string, number>> {
  return { ...parseQuantities(resources?.limits), ...parseQuantities(resources?.requests) };
}

/** Null: the image decides. */
function runsAsRoot(
  user: number | undefined,
  nonRoot: boolean | undefined,
  windowsUser: string | undefined,
): boolean | null {
  if (nonRoot === true) return false;
  if (windowsUser !== undefined) return WINDOWS_ADMINISTRATOR.test(windowsUser);
  return user === undefined ? null : user === 0;
}

function hugePages(raw: RawContainer): number {
  let bytes = 0;
  for (const [name, size] of Object.entries(parseQuantities(raw.resources?.limits))) {
    if (name.startsWith('hugepages-')) bytes += size;
  }
  return bytes;
}

const SECRET_FLAG = /pass|token|secret|key|credential|auth/i;

/**
 * Changes when the command line or the set of environment variables changes. Values of the environment and
 * of flags that look like secrets are left out: a digest of a weak secret can be guessed.
 */
function commandHash(
  command: readonly string[],
  args: readonly string[],
  env: readonly EnvVar[],
): string {
  const line = [...command, ...args].map((word, index, words) => {
    if (SECRET_FLAG.test(words[index - 1] ?? '')) return '';
    return SECRET_FLAG.test(word) ? word.replace(/=.*$/s, '=') : word;
  });
  const names = env.map(({ name }) => name).sort();
  return createHash('sha256')
    .update(JSON.stringify([line, names]))
    .digest('hex')
    .slice(0, 12);
}

function strings(list: readonly string[] | undefined): readonly string[] {
  return list === undefined ? [] : list.filter((item) => typeof item === 'string');
}
