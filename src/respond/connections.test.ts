import { expect, it } from 'vitest';
import { connectionsOf } from './connections.ts';

it('reads sockets as the kernel lists them', () => {
  const text = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0700000A:9C40 097100CB:0D05 01 00000000:00000000 00:00000000 00000000     0        0 2
   2: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:0 0 0
   3: 0000000000000000FFFF00000700000A:9C41 0000000000000000FFFF0000097100CB:01BB 01 00000000:00000000 00:0 0 0
  4: 0700000A:9C40 097100CB:0D05 7F 0
  5: <script>alert(1)</script> 00000000:0000 0A 0
  not a line`;
  expect(connectionsOf(text)).toEqual([
    '127.0.0.1:8080 → 0.0.0.0:0  LISTEN',
    '10.0.0.7:40000 → 203.0.113.9:3333  ESTABLISHED',
    '[0:0:0:0:0:0:0:1]:80 → [0:0:0:0:0:0:0:0]:0  LISTEN',
    '[::ffff:10.0.0.7]:40001 → [::ffff:203.0.113.9]:443  ESTABLISHED',
    '10.0.0.7:40000 → 203.0.113.9:3333  state 7F',
  ]);
});
