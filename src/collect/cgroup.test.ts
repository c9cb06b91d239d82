import { expect, it } from 'vitest';
import { podUidOf } from './cgroup.ts';

const UID = '6a7d2c1e-0b1f-4c2d-9e3a-1234567890ab';

it.each([
  ['cgroupfs', `/kubepods/burstable/pod${UID}/4f5e`],
  ['guaranteed, cgroupfs', `/kubepods/pod${UID}/4f5e`],
  [
    'systemd',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice/cri-containerd-4f5e.scope`,
  ],
  [
    'kind',
    `/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${UID.replaceAll('-', '_')}.slice/x`,
  ],
  ['the pod itself', `/kubepods/besteffort/pod${UID}`],
])('finds the UID in a path of %s', (_, path) => {
  expect(podUidOf(path)).toBe(UID);
});

it.each([
  ['a static pod', '/kubepods/burstable/pod0123456789abcdef0123456789abcdef/4f5e'],
  ['a system service', '/system.slice/podman.service'],
  ['nothing', undefined],
])('finds none in the path of %s', (_, path) => {
  expect(podUidOf(path)).toBeNull();
});
