/** What lists a network namespace's sockets; all containers of a pod share one. */
export const SOCKET_FILES = ['tcp', 'tcp6', 'udp', 'udp6'].map((name) => `/proc/net/${name}`);

/** The kernel's states (include/net/tcp_states.h). */
const STATES = [
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
];

const LINE =
  /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) ([0-9A-F]{2}) /;

/** The sockets of `/proc/net/tcp` and its like, one a line; other lines are left out, since the pod wrote them. */
export function connectionsOf(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [, local = '', localPort = '', remote = '', remotePort = '', state = ''] =
      LINE.exec(line) ?? [];
    if (state === '') return [];
    const name = STATES[Number.parseInt(state, 16) - 1] ?? `state ${state}`;
    return `${endpoint(local, localPort)} → ${endpoint(remote, remotePort)}  ${name}`;
  });
}

function endpoint(address: string, port: string): string {
  return `${address.length === 8 ? v4(address) : `[${v6(address)}]`}:${Number.parseInt(port, 16)}`;
}

/** The kernel prints each 32-bit word in the machine's order, the lowest byte first. */
function v4(word: string): string {
  return bytesOf(word).join('.');
}

function v6(address: string): string {
  const bytes = (address.match(/.{8}/g) ?? []).flatMap(bytesOf);
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0)).toString(16),
  );
  return groups
    .join(':')
    .replace(
      /^0:0:0:0:0:ffff:(\w+):(\w+)$/,
      (_, high: string, low: string) =>
        `::ffff:${[high, low].flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]).join('.')}`,
    );
}

function bytesOf(word: string): readonly number[] {
  return (word.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)).toReversed();
}
