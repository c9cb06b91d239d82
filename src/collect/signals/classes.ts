import type { SignalClass } from '../../model/signal.ts';

/**
 * What the names of other tools' rules mean, the first that fits: words that a name has to have, in small letters.
 * Falco's own rules, GuardDuty's, Defender's and Security Command Center's types are all named by what they see.
 */
const WORDS: readonly (readonly [SignalClass, RegExp])[] = [
  [
    'egress',
    /stratum|mining pool|miner pool|crypto ?miner.*(domain|ip|dns)|outbound connection to common miner|bitcointool.*dns|cryptocurrency.*(domain|ip address|!dns)|bad (ip|domain)|c2 server|c&cactivity|command and control|tor ?(ip|client|relay)|dropbox|malicious.*(ip|domain|url)/,
  ],
  ['miner', /crypto|miner|mining|xmrig|coinhive|currency/],
  [
    'token',
    /token|service account.*(used|outside)|credential|instancecredential|imds|metadata (service|server)/,
  ],
  ['anonymous', /anonymous/],
  [
    'grant',
    /cluster-?admin|role ?binding|privilege escalation|permission|clusterrole|admin.*granted|grant/,
  ],
  [
    'escape',
    /escape|breakout|nsenter|setns|release_agent|docker\.sock|host ?path|mount.*host|privileged container|launch privileged|change thread namespace|kernel module|bpf/,
  ],
  [
    'exec',
    /terminal shell|shell in (a )?container|exec|attach|port-?forward|reverse ?shell|redirect std|netcat|remote code|run shell|suspicious (process|command)|web ?shell|drop and execute|new binary|binary drift|drift/,
  ],
  ['secret', /secret|sensitive file|shadow|private key|password|aws cred|search.*keys/],
  [
    'egress',
    /outbound|egress|unexpected connection|unexpected network|tcp_connect|contact .* from container|backdoor|trojan/,
  ],
  ['malware', /malware|malicious|rootkit|ransom|trojan|virus|webshell/],
];

const MAX_LOOKED_AT = 300;

/** What an event means, by its rule's name and the tags or types that its tool gives it. */
export function classOf(...names: readonly (string | null | undefined)[]): SignalClass {
  for (const name of names) {
    const text = (name ?? '').slice(0, MAX_LOOKED_AT).toLowerCase();
    const found = WORDS.find(([, words]) => words.test(text));
    if (found !== undefined) return found[0];
  }
  return 'other';
}

/** Processes that are miners by their name (Falco's list and others that were seen). */
const MINERS =
  /(^|[/\s])(xmrig|xmr-stak|xmrig-proxy|minerd|cpuminer|cgminer|bfgminer|ethminer|nbminer|t-rex|lolminer|kdevtmpfsi|kinsing|cryptonight|ccminer|nanominer|phoenixminer|srbminer[\w-]*)($|\s)/i;
/** Arguments that only miners have. */
const MINER_ARGUMENTS = /stratum\+(tcp|ssl)|--donate-level|--coin[= ]|randomx|--algo[= ]/i;
/** Ports that pools listen on and hardly anything else. */
const POOL_PORTS: ReadonlySet<number> = new Set([
  3333, 3334, 4444, 5555, 7777, 8333, 14433, 14444, 45560, 45700,
]);

/** True where a process is a miner by its name or its arguments. */
export function isMiner(binary: string | null, commandLine: string | null): boolean {
  return (
    MINERS.test(binary ?? '') ||
    MINER_ARGUMENTS.test(commandLine ?? '') ||
    MINERS.test((commandLine ?? '').slice(0, MAX_LOOKED_AT))
  );
}

export function isPoolPort(port: number | null | undefined): boolean {
  return port !== null && port !== undefined && POOL_PORTS.has(port);
}
