/**
 * What a pod's specification says, as far as detection and posture need it. Commands, arguments and
 * environment live in memory only: they are matched, and never stored, logged or shown.
 */
export interface PodSpecFacts {
  readonly serviceAccount: string | null;
  /** Whether a container mounts a token for the API server, whatever `automountServiceAccountToken` says. */
  readonly tokenMounted: boolean;
  /** No volume yet, and not refused: as its author wrote it, before admission adds a token. */
  readonly isAsWritten?: boolean;
  readonly isWindows: boolean;
  /** Requests and limits of the pod as a whole (`spec.resources`); null without any. */
  readonly resources: ResourceFacts | null;
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

/** Cores and bytes by resource name; an entry that is missing is not set. */
export interface ResourceFacts {
  readonly requests: Readonly<Record<string, number>>;
  readonly limits: Readonly<Record<string, number>>;
}

export interface ContainerSpecFacts extends ResourceFacts {
  readonly name: string;
  /** `init` runs once; `sidecar` is an init container with `restartPolicy: Always`; `ephemeral` is of `kubectl debug`. */
  readonly role: 'main' | 'init' | 'sidecar' | 'ephemeral';
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly env: readonly EnvVar[];
  readonly ports: readonly number[];
  /** Also a HostProcess container of Windows. */
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
export interface KeptPodSpec extends Omit<PodSpecFacts, 'containers' | 'resources'> {
  readonly containers: readonly KeptContainerSpec[];
}

export interface KeptContainerSpec extends Omit<
  ContainerSpecFacts,
  'command' | 'args' | 'env' | 'requests' | 'limits'
> {
  readonly envNames: readonly string[];
}

/** The image without tag and digest: `ghcr.io/acme/build:v1@sha256:…` → `ghcr.io/acme/build`. */
export function repositoryOf(image: string): string {
  const plain = image.replace(/@.*$/s, '');
  const slash = plain.lastIndexOf('/');
  const colon = plain.indexOf(':', slash + 1);
  return colon < 0 ? plain : plain.slice(0, colon);
}
