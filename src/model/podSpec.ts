/**
 * What a pod's specification says, as far as detection and posture need it. Commands, arguments and
 * environment live in memory only: they are matched, and never stored, logged or shown.
 */
export interface PodSpecFacts {
  readonly serviceAccount: string | null;
  readonly automountToken: boolean | null;
  readonly hostNetwork: boolean;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly hostPaths: readonly string[];
  readonly priorityClass: string | null;
  readonly qosClass: string | null;
  /** Names of volumes by kind of source: claims, Secrets and ConfigMaps as they are called. */
  readonly claims?: readonly string[];
  readonly tolerations?: readonly string[];
  readonly runtimeClass?: string | null;
  readonly containers: readonly ContainerSpecFacts[];
}

export interface ContainerSpecFacts {
  readonly name: string;
  /** `init` runs once; `sidecar` is an init container with `restartPolicy: Always`. */
  readonly role: 'main' | 'init' | 'sidecar';
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly EnvVar[];
  readonly ports: readonly number[];
  readonly privileged: boolean;
  readonly addedCapabilities: readonly string[];
  readonly runAsRoot: boolean | null;
  readonly allowPrivilegeEscalation: boolean | null;
  readonly readOnlyRootFilesystem: boolean;
  readonly seccompProfile: string | null;
  readonly hugePagesBytes: number;
  /**
   * A digest of the command line and the names of the environment variables, so that a change of them is
   * seen without keeping them. Values of the environment and of secret-looking flags are not in it.
   */
  readonly commandHash?: string;
}

export interface EnvVar {
  readonly name: string;
  /** Null where the value comes from a Secret, a ConfigMap or a field reference. */
  readonly value: string | null;
}

/** What is kept of a specification: commands and arguments only as their digest, of variables only names. */
export interface KeptPodSpec extends Omit<PodSpecFacts, 'containers'> {
  readonly containers: readonly KeptContainerSpec[];
}

export interface KeptContainerSpec extends Omit<ContainerSpecFacts, 'command' | 'args' | 'env'> {
  readonly envNames: readonly string[];
}
