// result.go: results of runs, their file, and their medians.

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
)

// result is one run of one scenario on one server.
type result struct {
	Server   string    `json:"server"`
	Variant  string    `json:"variant"`
	Scenario string    `json:"scenario"`
	Round    int       `json:"round"`
	Metrics  metricSet `json:"metrics"`
	Warnings []string  `json:"warn,omitempty"`
	Err      string    `json:"err,omitempty"`
	Load     string    `json:"loadavg"`
	Seconds  float64   `json:"seconds"`
}

// readResults reads JSON lines files; a variant other than "" leaves out the results of others.
func readResults(files []string, variant string) ([]result, error) {
	var rs []result
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		more, err := decodeResults(f, variant)
		_ = f.Close() // only read
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rs = append(rs, more...)
	}
	return rs, nil
}

func decodeResults(r io.Reader, variant string) ([]result, error) {
	var rs []result
	d := json.NewDecoder(bufio.NewReader(r))
	for d.More() {
		var one result
		if err := d.Decode(&one); err != nil {
			return nil, err
		}
		if variant == "" || one.Variant == variant {
			rs = append(rs, one)
		}
	}
	return rs, nil
}

// median of at least one value.
func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	n := len(s)
	if n%2 == 1 {
		return s[n/2]
	}
	return (s[n/2-1] + s[n/2]) / 2
}

// medianOf is a server's median of one metric over the rounds; no run of the scenario may have failed.
func medianOf(rs []result, scenario, server, metric string) (float64, error) {
	var v []float64
	for _, r := range rs {
		if r.Scenario != scenario || r.Server != server {
			continue
		}
		if r.Err != "" {
			return 0, fmt.Errorf("%s of %s failed in round %d: %s", scenario, server, r.Round, r.Err)
		}
		x, ok := r.Metrics[metric]
		if !ok {
			return 0, fmt.Errorf("%s of %s has no %s in round %d", scenario, server, metric, r.Round)
		}
		v = append(v, x)
	}
	if len(v) == 0 {
		return 0, fmt.Errorf("no %s of %s", scenario, server)
	}
	return median(v), nil
}
