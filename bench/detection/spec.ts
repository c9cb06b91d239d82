import type { PodSpecFacts } from '../../src/model/podSpec.ts';

/** The spec of a pod of one container, with nothing remarkable in it. */
export function plainSpec(container: string, image: string): PodSpecFacts {
  return {
    serviceAccount: 'default',
    tokenMounted: true,
    isWindows: false,
    resources: null,
    hostNetwork: false,
    hostPid: false,
    hostIpc: false,
    hostPaths: [],
    priorityClass: null,
    qosClass: 'Burstable',
    containers: [
      {
        name: container,
        role: 'main',
        image,
        command: [],
        args: [],
        env: [],
        ports: [],
        privileged: false,
        addedCapabilities: [],
        runAsRoot: true,
        allowPrivilegeEscalation: null,
        readOnlyRootFilesystem: false,
        seccompProfile: null,
        hugePagesBytes: 0,
        requests: {},
        limits: {},
      },
    ],
  };
}
