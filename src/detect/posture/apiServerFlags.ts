import type { PosturePod } from './postureInput.ts';

/** A flag of the API server with what is wrong about it; `value` is undefined where it is not set. */
interface Flag {
  readonly flag: string;
  readonly cis: string;
  readonly wrong: (value: string | undefined) => string | null;
}

const FLAGS: readonly Flag[] = [
  {
    flag: '--anonymous-auth',
    cis: '1.2.1',
    wrong: (value) => (value === 'true' ? 'takes requests without credentials' : null),
  },
  {
    flag: '--token-auth-file',
    cis: '1.2.2',
    wrong: (value) => (value === undefined ? null : 'takes tokens from a file'),
  },
  {
    flag: '--authorization-mode',
    cis: '1.2.6–1.2.8',
    wrong: (value) => {
      const modes = value?.split(',') ?? ['AlwaysAllow'];
      if (modes.includes('AlwaysAllow')) return 'allows every request';
      return modes.includes('RBAC') && modes.includes('Node') ? null : 'lacks RBAC or Node';
    },
  },
  {
    flag: '--enable-admission-plugins',
    cis: '1.2.10, 1.2.14',
    wrong: (value) => {
      const plugins = value?.split(',') ?? [];
      if (plugins.includes('AlwaysAdmit')) return 'has AlwaysAdmit';
      return plugins.includes('NodeRestriction') ? null : 'lacks NodeRestriction';
    },
  },
  {
    flag: '--disable-admission-plugins',
    cis: '1.2.12, 1.2.13',
    wrong: (value) =>
      /ServiceAccount|NamespaceLifecycle|PodSecurity/.test(value ?? '')
        ? 'turns off ServiceAccount, NamespaceLifecycle or PodSecurity'
        : null,
  },
  {
    flag: '--profiling',
    cis: '1.2.15',
    wrong: (value) => (value === 'false' ? null : 'is not false'),
  },
  {
    flag: '--audit-log-path',
    cis: '1.2.16',
    wrong: (value) => (value === undefined ? 'is not set: there is no audit log' : null),
  },
  {
    flag: '--encryption-provider-config',
    cis: '1.2.27',
    wrong: (value) => (value === undefined ? 'is not set: Secrets lie in etcd as they are' : null),
  },
];

/** Flags that stand in the place of another. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  '--authorization-mode': '--authorization-config',
  '--anonymous-auth': '--authentication-config',
  '--audit-log-path': '--audit-webhook-config-file',
};

/** `--flag=value`, `--flag value` and `--flag`, also within the one word of a shell’s command. */
function flagsOf(words: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const all = words.flatMap((word) => word.split(/\s+/));
  for (const [index, word] of all.entries()) {
    const [flag = '', ...value] = word.split('=');
    if (!flag.startsWith('--')) continue;
    const next = all[index + 1];
    const following = next === undefined || next.startsWith('-') ? 'true' : next;
    values.set(flag, value.length === 0 ? following : value.join('='));
  }
  return values;
}

/** What is wrong with the flags of the API server; undefined for every other pod, and where its command line is not known. */
export function wrongFlagsOf({
  namespace,
  labels,
  spec,
}: Pick<PosturePod, 'namespace' | 'labels' | 'spec'>): PosturePod['wrongFlags'] {
  if (namespace !== 'kube-system' || labels['component'] !== 'kube-apiserver') return undefined;
  const words = spec?.containers.flatMap(({ command, args }) => [...command, ...args]) ?? [];
  if (words.length === 0) return undefined;
  const values = flagsOf(words);
  return FLAGS.flatMap(({ flag, cis, wrong }) => {
    const other = ELSEWHERE[flag];
    const isElsewhere = other !== undefined && values.has(other);
    const why = isElsewhere ? null : wrong(values.get(flag));
    return why === null ? [] : [{ flag, text: `${flag} ${why} (CIS ${cis})` }];
  });
}
