// plan.go: the scenarios by name, and which server runs which of them.

package main

import (
	"fmt"
	"slices"
	"strings"
)

// metricSet is the figures of one run by name.
type metricSet map[string]float64

// scenarioNames lists all scenarios in the order in which they run.
var scenarioNames = []string{
	"idle", "idle1k", "idle1kresume", "idle15k", "echo", "echoresume", "echo1", "echorate", "bcast1k", "bcast1kresume", "bcast5k",
	"poll", "poll8", "sse", "sse8", "ssebcast1k", "bin1k", "bin64k", "churn", "churn100k", "storm",
}

// longScenarios run when they are named, or a gate needs them.
var longScenarios = []string{"idle15k", "churn100k", "storm"}

var (
	idleHeads      = []string{"gc_rss_per_conn_b", "slope_rss_per_conn_b", "conn_rate", "cpu_us_per_conn", "cpu_us_per_heartbeat", "gc_join_delta_rss_b"}
	echoHeads      = []string{"msg_per_s", "cpu_us_per_msg", "p50_us", "p99_us", "load_cpu_pct"}
	broadcastHeads = []string{"sat_delivery_per_s", "sat_cpu_us_per_delivery", "paced_cpu_us_per_delivery", "paced_last_p50_us", "paced_last_p99_us", "sat_load_cpu_pct"}
	churnHeads     = []string{"cycle_per_s", "cpu_us_per_cycle", "gc_rss1_mb", "gc_rss2_mb", "goroutines_left"}
)

// heads is the chief metrics of each scenario: those of the progress line, and the first of the table.
var heads = map[string][]string{
	"idle":          idleHeads,
	"idle1k":        idleHeads,
	"idle1kresume":  idleHeads,
	"idle15k":       idleHeads,
	"echo":          echoHeads,
	"echoresume":    echoHeads,
	"echo1":         echoHeads,
	"echorate":      {"cpu_us_per_msg", "p50_us", "p99_us"},
	"bcast1k":       broadcastHeads,
	"bcast1kresume": broadcastHeads,
	"bcast5k":       broadcastHeads,
	"poll":          echoHeads,
	"poll8":         echoHeads,
	"sse":           echoHeads,
	"sse8":          echoHeads,
	"ssebcast1k":    broadcastHeads,
	"bin1k":         echoHeads,
	"bin64k":        echoHeads,
	"churn":         churnHeads,
	"churn100k":     churnHeads,
	"storm":         {"storm_s", "cpu_us_per_conn", "steady_rss_mb", "peak_rss_mb", "peak_over_steady"},
}

// job is one scenario on one server; each round runs it once.
type job struct {
	scenario string
	server   server
}

// plan crosses scenarios and servers, scenario by scenario so that the servers are interleaved. Without -scenarios,
// gates narrow it to the pairs whose figures they compare.
func plan(o *options, gates []gate) ([]job, error) {
	names := scenarioNames
	if gates == nil {
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(longScenarios, n) })
	}
	if o.scenarios != "" {
		names = strings.Split(o.scenarios, ",")
	}
	for _, n := range names {
		if !slices.Contains(scenarioNames, n) {
			return nil, fmt.Errorf("unknown scenario %q", n)
		}
	}
	for _, g := range gates {
		for _, s := range g.servers() {
			if !slices.ContainsFunc(o.servers, func(have server) bool { return have.name == s }) {
				return nil, fmt.Errorf("gate %q: no -server %q", g, s)
			}
		}
	}
	skip := strings.Split(o.skip, ",")
	var jobs []job
	for _, n := range names {
		for _, s := range o.servers {
			if slices.Contains(skip, s.name+":"+n) {
				continue
			}
			if gates != nil && o.scenarios == "" && !slices.ContainsFunc(gates, func(g gate) bool { return g.needs(n, s.name) }) {
				continue
			}
			jobs = append(jobs, job{n, s})
		}
	}
	if len(jobs) == 0 {
		return nil, fmt.Errorf("nothing to measure: %d servers, %d scenarios", len(o.servers), len(names))
	}
	return jobs, nil
}
