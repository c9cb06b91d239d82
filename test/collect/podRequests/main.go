// Writes vectors.json: pods, and what Kubernetes' own scheduler code says that each of them reserves.
//
//	cd test/collect/podRequests && go run . > vectors.json
//
// The answers come from k8s.io/component-helpers/resource.PodRequests with the options of a scheduler whose features
// InPlacePodVerticalScaling, PodLevelResources and InPlacePodLevelResourcesVerticalScaling are on.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand"
	"os"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	helpers "k8s.io/component-helpers/resource"
)

type vector struct {
	Name     string            `json:"name"`
	Spec     json.RawMessage   `json:"spec"`
	Status   json.RawMessage   `json:"status,omitempty"`
	Requests map[string]string `json:"requests"`
}

func main() {
	random := rand.New(rand.NewSource(18))
	vectors := reported()
	for index := 0; index < 560; index++ {
		vectors = append(vectors, answer(fmt.Sprintf("generated %d", index), anyPod(random)))
	}
	fmt.Println("[")
	for index, one := range vectors {
		line, err := json.Marshal(one)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		separator := ","
		if index == len(vectors)-1 {
			separator = ""
		}
		fmt.Printf("%s%s\n", line, separator)
	}
	fmt.Println("]")
}

func answer(name string, described *v1.Pod) vector {
	// As the API server would serve it: an empty list is the same as none.
	served, _ := json.Marshal(described)
	pod := &v1.Pod{}
	if err := json.Unmarshal(served, pod); err != nil {
		panic(err)
	}
	requests := helpers.PodRequests(pod, helpers.PodResourcesOptions{
		UseStatusResources: true,
		InPlacePodLevelResourcesVerticalScalingEnabled: true,
	})
	exact := map[string]string{}
	for resourceName, quantity := range requests {
		exact[string(resourceName)] = quantity.AsDec().String()
	}
	spec, _ := json.Marshal(pod.Spec)
	status, _ := json.Marshal(pod.Status)
	return vector{Name: name, Spec: spec, Status: status, Requests: exact}
}

// Pods of public reports, as their authors describe them.
func reported() []vector {
	sidecar := func(name, cpu, memory string) v1.Container {
		always := v1.ContainerRestartPolicyAlways
		one := container(name, cpu, memory)
		one.RestartPolicy = &always
		return one
	}
	pods := []struct {
		name string
		pod  *v1.Pod
	}{
		{"KEP-753: sidecar 1, init 2, main 1", pod(v1.PodSpec{
			InitContainers: []v1.Container{sidecar("s", "1", ""), container("i", "2", "")},
			Containers:     []v1.Container{container("m", "1", "")},
		})},
		{"KEP-753: init 2 before sidecar 1, main 1", pod(v1.PodSpec{
			InitContainers: []v1.Container{container("i", "2", ""), sidecar("s", "1", "")},
			Containers:     []v1.Container{container("m", "1", "")},
		})},
		{"sidecar 64Mi before init 512Mi", pod(v1.PodSpec{
			InitContainers: []v1.Container{sidecar("s", "", "64Mi"), container("i", "", "512Mi")},
			Containers:     []v1.Container{container("m", "", "128Mi")},
		})},
		{"kubernetes/enhancements#688: Kata overhead", pod(v1.PodSpec{
			Containers: []v1.Container{container("m", "1", "1Gi")},
			Overhead:   list("cpu", "250m", "memory", "2Gi"),
		})},
		{"kubernetes/community#837: a database on huge pages", pod(v1.PodSpec{
			Containers: []v1.Container{{Name: "m", Resources: v1.ResourceRequirements{
				Requests: list("cpu", "2", "memory", "4Gi", "hugepages-1Gi", "16Gi"),
			}}},
		})},
		{"kube-state-metrics#3107: pod-level requests, none on the container", pod(v1.PodSpec{
			Containers: []v1.Container{{Name: "m"}},
			Resources:  &v1.ResourceRequirements{Requests: list("cpu", "4", "memory", "8Gi")},
		})},
		{"kube-state-metrics#2980: a resize that no node can grant", withStatus(pod(v1.PodSpec{
			Containers: []v1.Container{container("m", "100", "1Gi")},
		}), v1.PodReasonInfeasible, v1.ContainerStatus{
			Name: "m", AllocatedResources: list("cpu", "1", "memory", "1Gi"),
			Resources: &v1.ResourceRequirements{Requests: list("cpu", "1", "memory", "1Gi")},
		})},
		{"a resize that waits for room", withStatus(pod(v1.PodSpec{
			Containers: []v1.Container{container("m", "6", "1Gi")},
		}), v1.PodReasonDeferred, v1.ContainerStatus{
			Name: "m", AllocatedResources: list("cpu", "1", "memory", "1Gi"),
			Resources: &v1.ResourceRequirements{Requests: list("cpu", "1", "memory", "1Gi")},
		})},
		{"a resize downwards that is not yet done", withStatus(pod(v1.PodSpec{
			Containers: []v1.Container{container("m", "1", "1Gi")},
		}), "", v1.ContainerStatus{
			Name: "m", AllocatedResources: list("cpu", "1", "memory", "1Gi"),
			Resources: &v1.ResourceRequirements{Requests: list("cpu", "4", "memory", "1Gi")},
		})},
	}
	vectors := []vector{}
	for _, one := range pods {
		vectors = append(vectors, answer(one.name, one.pod))
	}
	return vectors
}

func pod(spec v1.PodSpec) *v1.Pod { return &v1.Pod{Spec: spec} }

func withStatus(one *v1.Pod, reason string, statuses ...v1.ContainerStatus) *v1.Pod {
	one.Status.ContainerStatuses = statuses
	if reason != "" {
		one.Status.Conditions = []v1.PodCondition{{
			Type: v1.PodResizePending, Status: v1.ConditionTrue, Reason: reason,
		}}
	}
	return one
}

func container(name, cpu, memory string) v1.Container {
	return v1.Container{Name: name, Resources: v1.ResourceRequirements{Requests: list("cpu", cpu, "memory", memory)}}
}

func list(pairs ...string) v1.ResourceList {
	resources := v1.ResourceList{}
	for index := 0; index < len(pairs); index += 2 {
		if pairs[index+1] != "" {
			resources[v1.ResourceName(pairs[index])] = resource.MustParse(pairs[index+1])
		}
	}
	return resources
}

var choices = map[string][]string{
	"cpu":                   {"", "", "10m", "100m", "250m", "500m", "1", "1500m", "2", "4"},
	"memory":                {"", "", "64Mi", "128Mi", "300M", "512Mi", "1Gi", "1.5Gi", "4Gi", "1e9"},
	"hugepages-2Mi":         {"", "", "", "", "", "", "64Mi", "1Gi"},
	"nvidia.com/gpu":        {"", "", "", "", "", "", "1", "2"},
	"nvidia.com/mig-1g.5gb": {"", "", "", "", "", "", "", "", "1", "3"},
}

var names = []string{"cpu", "memory", "hugepages-2Mi", "nvidia.com/gpu", "nvidia.com/mig-1g.5gb"}

func anyList(random *rand.Rand, resources []string) v1.ResourceList {
	pairs := []string{}
	for _, name := range resources {
		pairs = append(pairs, name, choices[name][random.Intn(len(choices[name]))])
	}
	return list(pairs...)
}

func anyPod(random *rand.Rand) *v1.Pod {
	one := pod(v1.PodSpec{})
	for index := 0; index <= random.Intn(4); index++ {
		one.Spec.Containers = append(one.Spec.Containers, v1.Container{
			Name:      fmt.Sprintf("main-%d", index),
			Resources: v1.ResourceRequirements{Requests: anyList(random, names)},
		})
	}
	for index := 0; index < random.Intn(5); index++ {
		init := v1.Container{
			Name:      fmt.Sprintf("init-%d", index),
			Resources: v1.ResourceRequirements{Requests: anyList(random, names)},
		}
		if random.Intn(2) == 0 {
			always := v1.ContainerRestartPolicyAlways
			init.RestartPolicy = &always
		}
		one.Spec.InitContainers = append(one.Spec.InitContainers, init)
	}
	if random.Intn(4) == 0 {
		one.Spec.Overhead = list("cpu", "250m", "memory", "120Mi")
	}
	podLevel := random.Intn(4) == 0
	if podLevel {
		one.Spec.Resources = &v1.ResourceRequirements{Requests: anyList(random, []string{"cpu", "memory"})}
	}
	if random.Intn(3) == 0 {
		resize(random, one, podLevel)
	}
	return one
}

// A pod whose resources were changed in place: granted, on the way, waiting or refused.
func resize(random *rand.Rand, one *v1.Pod, podLevel bool) {
	reasons := []string{"", "", v1.PodReasonInfeasible, v1.PodReasonDeferred}
	status := func(of v1.Container) v1.ContainerStatus {
		seen := v1.ContainerStatus{Name: of.Name}
		if random.Intn(4) > 0 {
			seen.AllocatedResources = anyList(random, []string{"cpu", "memory"})
		}
		if random.Intn(4) > 0 {
			seen.Resources = &v1.ResourceRequirements{Requests: anyList(random, []string{"cpu", "memory"})}
		}
		return seen
	}
	withStatus(one, reasons[random.Intn(len(reasons))])
	for _, of := range one.Spec.Containers {
		if random.Intn(5) > 0 {
			one.Status.ContainerStatuses = append(one.Status.ContainerStatuses, status(of))
		}
	}
	for _, of := range one.Spec.InitContainers {
		if random.Intn(5) > 0 {
			one.Status.InitContainerStatuses = append(one.Status.InitContainerStatuses, status(of))
		}
	}
	if podLevel && random.Intn(2) == 0 {
		one.Status.AllocatedResources = anyList(random, []string{"cpu", "memory"})
		one.Status.Resources = &v1.ResourceRequirements{Requests: anyList(random, []string{"cpu", "memory"})}
	}
}
