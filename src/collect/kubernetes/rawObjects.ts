/**
 * Objects as the Kubernetes API or `kubectl get -o json` write them: only the fields that are read, and
 * every one of them optional, since what comes from outside promises nothing.
 */
export interface RawMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  readonly finalizers?: readonly string[];
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly {
    readonly kind?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly controller?: boolean;
  }[];
}

export interface RawObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: RawMetadata;
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

type RawAmounts = Readonly<Record<string, string>>;

interface RawRequirements {
  readonly requests?: RawAmounts;
  readonly limits?: RawAmounts;
}

export interface RawContainer {
  readonly name?: string;
  readonly image?: string;
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name?: string;
    readonly value?: string;
    readonly valueFrom?: unknown;
  }[];
  readonly ports?: readonly { readonly containerPort?: number }[];
  readonly volumeMounts?: readonly { readonly name?: string; readonly mountPath?: string }[];
  readonly restartPolicy?: string;
  readonly resources?: RawRequirements;
  readonly securityContext?: {
    readonly privileged?: boolean;
    readonly runAsUser?: number;
    readonly runAsNonRoot?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly readOnlyRootFilesystem?: boolean;
    readonly capabilities?: { readonly add?: readonly string[] };
    readonly seccompProfile?: { readonly type?: string };
    readonly windowsOptions?: {
      readonly hostProcess?: boolean;
      readonly runAsUserName?: string;
    };
  };
}

export interface RawPodSpec {
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly os?: { readonly name?: string };
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly priorityClassName?: string;
  readonly runtimeClassName?: string;
  readonly securityContext?: RawContainer['securityContext'];
  /** Requests and limits of the pod as a whole. */
  readonly resources?: RawRequirements;
  readonly overhead?: RawAmounts;
  readonly containers?: readonly RawContainer[];
  readonly initContainers?: readonly RawContainer[];
  readonly ephemeralContainers?: readonly RawContainer[];
  readonly tolerations?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly value?: string;
    readonly effect?: string;
  }[];
  readonly volumes?: readonly {
    readonly name?: string;
    readonly secret?: unknown;
    readonly projected?: {
      readonly sources?: readonly {
        readonly serviceAccountToken?: { readonly audience?: string };
      }[];
    };
    readonly hostPath?: { readonly path?: string };
    readonly persistentVolumeClaim?: { readonly claimName?: string };
  }[];
}

interface RawContainerState {
  readonly running?: { readonly startedAt?: string };
  readonly waiting?: { readonly reason?: string };
  readonly terminated?: {
    readonly reason?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface RawContainerStatus {
  readonly name?: string;
  readonly image?: string;
  readonly imageID?: string;
  readonly restartCount?: number;
  readonly allocatedResources?: RawAmounts;
  readonly resources?: RawRequirements;
  readonly state?: RawContainerState;
  readonly lastState?: RawContainerState;
}

export interface RawPodStatus {
  readonly phase?: string;
  readonly qosClass?: string;
  readonly startTime?: string;
  readonly conditions?: readonly {
    readonly type?: string;
    readonly status?: string;
    readonly reason?: string;
    readonly lastTransitionTime?: string;
  }[];
  readonly allocatedResources?: RawAmounts;
  readonly resources?: RawRequirements;
  readonly containerStatuses?: readonly RawContainerStatus[];
  readonly initContainerStatuses?: readonly RawContainerStatus[];
}
