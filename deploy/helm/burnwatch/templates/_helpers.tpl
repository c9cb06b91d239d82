{{- define "burnwatch.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "burnwatch.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "burnwatch.labels" -}}
{{ include "burnwatch.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "burnwatch.serviceAccount" -}}
{{- default (include "burnwatch.fullname" .) .Values.serviceAccount.name -}}
{{- end -}}

{{/* burnwatch.yaml: the configuration of the values, with what other values imply. */}}
{{- define "burnwatch.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- $serve := default dict $config.serve -}}
{{- if .Values.pages.service -}}
{{- if not (or $serve.tokens (hasKey $serve "tokenReview") $config.oidc) -}}
{{- fail "pages.service needs config.serve.tokens, config.serve.tokenReview or config.oidc: without any of them pages listen only on loopback (docs/pages.md)" -}}
{{- end -}}
{{- if hasPrefix "127." (default "127.0.0.1:9465" $serve.listen) -}}
{{- $serve = merge (dict "listen" "0.0.0.0:9465") $serve -}}
{{- end -}}
{{- else if or .Values.ingress.enabled .Values.httpRoute.enabled -}}
{{- fail "ingress and httpRoute need pages.service: true" -}}
{{- end -}}
{{- $_ := set $config "serve" $serve -}}
{{- if eq .Values.rbac.scope "namespaced" -}}
{{- if not .Values.rbac.namespaces -}}
{{- fail "rbac.scope: namespaced needs rbac.namespaces" -}}
{{- end -}}
{{- $_ := set $config "workloads" (merge (dict "namespaces" .Values.rbac.namespaces) (default dict $config.workloads)) -}}
{{- end -}}
{{- if $config.clusters -}}
{{- $_ := unset (unset $config "cluster") "prometheus" -}}
{{- end -}}
{{- $history := default dict $config.history -}}
{{- if or $history.url $history.urlFile -}}
{{- $_ := unset $history "path" -}}
{{- else if gt (int .Values.replicas) 1 -}}
{{- fail "replicas: more than one needs config.history.url or urlFile (docs/postgresql.md): a file has one writer" -}}
{{- end -}}
{{- if not .Values.rbac.clusterReview -}}
{{- $_ := set $config "workloads" (merge (dict "clusterReview" false) (default dict $config.workloads)) -}}
{{- end -}}
{{- toYaml $config -}}
{{- end -}}

{{/* What cannot be reloaded: only a change of these needs a new pod. */}}
{{- define "burnwatch.restartKeys" -}}
{{- $config := fromYaml (include "burnwatch.config" .) -}}
{{- $pricing := default dict $config.pricing -}}
{{- $schedule := default dict $config.schedule -}}
{{- list $config.cluster $pricing.currency $schedule.window $config.history.path $config.history.url $config.history.urlFile $config.clusters $config.serve.listen $config.serve.probes (hasKey $config.serve "tls") | toJson -}}
{{- end -}}

{{/* The port of an address such as 0.0.0.0:9465. */}}
{{- define "burnwatch.portOf" -}}
{{- regexFind "[0-9]+$" . -}}
{{- end -}}

{{/* Ports of the pods that are called, from the configuration's addresses and the values, as JSON. */}}
{{- define "burnwatch.egressPorts" -}}
{{- $config := .Values.config -}}
{{- $ports := list -}}
{{- range .Values.networkPolicy.ports -}}
{{- $ports = append $ports (int .) -}}
{{- end -}}
{{- $urls := list (dig "prometheus" "url" "http://prometheus:9090" $config) (dig "alertmanager" "url" "" $config) (dig "siem" "url" "" $config) (dig "slack" "apiUrl" "" $config) (dig "history" "url" "" $config) (dig "heartbeat" "url" "" $config) (dig "oidc" "issuer" "" $config) .Values.proxy.url -}}
{{- range (dig "alertmanager" "urls" list $config) -}}
{{- $urls = append $urls . -}}
{{- end -}}
{{- range (default list $config.clusters) -}}
{{- $urls = append $urls (dig "heartbeat" "url" "" .) -}}
{{- $urls = append $urls (dig "prometheus" "url" "http://prometheus:9090" .) -}}
{{- end -}}
{{- range (default list $config.webhooks) -}}
{{- $urls = append $urls (default "" .url) -}}
{{- end -}}
{{- if $config.alertmanager -}}
{{- $ports = append $ports 9093 -}}
{{- end -}}
{{- range compact $urls -}}
{{- $url := urlParse . -}}
{{- $port := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $url.host) -}}
{{- $ports = append $ports (int (default (get (dict "https" 443 "postgres" 5432 "postgresql" 5432) $url.scheme | default 80) $port)) -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}

{{/* The rules of the roles: exactly the kinds that src/collect/kubernetes/resources.ts lists; a test compares them. */}}
{{- define "burnwatch.clusterScopedRules" -}}
- apiGroups: ['']
  resources: [namespaces, nodes]
  verbs: [list]
- apiGroups: [resource.k8s.io]
  resources: [resourceslices]
  verbs: [list]
{{- if .Values.rbac.clusterReview }}
- apiGroups: [rbac.authorization.k8s.io]
  resources: [clusterrolebindings, clusterroles]
  verbs: [list]
- apiGroups: [admissionregistration.k8s.io]
  resources:
    - mutatingwebhookconfigurations
    - validatingadmissionpolicies
    - validatingadmissionpolicybindings
    - validatingwebhookconfigurations
  verbs: [list]
{{- end }}
{{- end -}}
{{- define "burnwatch.namespacedRules" -}}
- apiGroups: ['']
  resources: [limitranges, persistentvolumeclaims, pods, resourcequotas, services]
  verbs: [list]
- apiGroups: [apps]
  resources: [daemonsets, deployments, replicasets, statefulsets]
  verbs: [list]
- apiGroups: [batch]
  resources: [cronjobs, jobs]
  verbs: [list]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [list]
- apiGroups: [autoscaling.k8s.io]
  resources: [verticalpodautoscalers]
  verbs: [list]
- apiGroups: [resource.k8s.io]
  resources: [resourceclaims]
  verbs: [list]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [list]
- apiGroups: [argoproj.io]
  resources: [rollouts]
  verbs: [list]
- apiGroups: [serving.knative.dev]
  resources: [services]
  verbs: [list]
- apiGroups: [apps.openshift.io]
  resources: [deploymentconfigs]
  verbs: [list]
{{- if .Values.rbac.reports }}
# What scanners found: src/collect/signals/scanReports.ts.
- apiGroups: [aquasecurity.github.io]
  resources: [configauditreports, exposedsecretreports, vulnerabilityreports]
  verbs: [list]
- apiGroups: [spdx.softwarecomposition.kubescape.io]
  resources: [vulnerabilitymanifestsummaries, workloadconfigurationscansummaries]
  verbs: [list]
{{- end }}
{{- if .Values.rbac.clusterReview }}
- apiGroups: ['']
  resources: [serviceaccounts]
  verbs: [list]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [rolebindings, roles]
  verbs: [list]
- apiGroups: [networking.k8s.io]
  resources: [ingresses, networkpolicies]
  verbs: [list]
{{- end }}
{{- end -}}

{{/* What responses take in a namespace: evidence, labels, eviction, quarantine, scaling, suspending. */}}
{{- define "burnwatch.responseRules" -}}
- apiGroups: ['']
  resources: [pods]
  verbs: {{ .Values.rbac.responseMakesPods | ternary "[get, list, patch, create]" "[get, list, patch]" }}
- apiGroups: ['']
  resources: [pods/log]
  verbs: [get]
{{- if .Values.config.response.readConnections }}
# Open connections, by a command in a container: with this right every command can be run there.
- apiGroups: ['']
  resources: [pods/exec]
  verbs: [get, create]
{{- end }}
- apiGroups: ['']
  resources: [events]
  verbs: [list]
- apiGroups: ['']
  resources: [pods/eviction]
  verbs: [create]
- apiGroups: [apps]
  resources: [daemonsets, deployments, replicasets, statefulsets]
  verbs: [get, list]
- apiGroups: [apps]
  resources: [deployments/scale, replicasets/scale, statefulsets/scale]
  verbs: [get, patch]
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list]
- apiGroups: [batch]
  resources: [cronjobs]
  verbs: [get, patch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, create, delete]
{{- end -}}
