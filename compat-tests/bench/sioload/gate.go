// gate.go: gates, limits that a server's medians must keep, absolute or as a factor of a peer's.

package main

import (
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// gate is one line of a gate file, the metric of one server in one scenario:
//
//	scenario metric server <= 12000
//	scenario metric server <= 1.5 * peer
type gate struct {
	scenario, metric, server string
	limit                    float64 // of the metric, or the factor when there is a peer
	peer                     string  // "": the limit is absolute
}

func (g gate) String() string {
	s := fmt.Sprintf("%s %s %s <= %v", g.scenario, g.metric, g.server, g.limit)
	if g.peer != "" {
		s += " * " + g.peer
	}
	return s
}

// servers is whose figures the gate reads.
func (g gate) servers() []string {
	if g.peer == "" {
		return []string{g.server}
	}
	return []string{g.server, g.peer}
}

func (g gate) needs(scenario, server string) bool {
	return g.scenario == scenario && slices.Contains(g.servers(), server)
}

func readGates(file string) ([]gate, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	gs, err := parseGates(string(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return gs, nil
}

// parseGates reads one gate a line; empty lines and what follows a # are skipped.
func parseGates(text string) ([]gate, error) {
	var gs []gate
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 {
			continue
		}
		g, err := parseGate(f)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
		gs = append(gs, g)
	}
	if len(gs) == 0 {
		return nil, errors.New("no gates")
	}
	return gs, nil
}

func parseGate(f []string) (gate, error) {
	absolute := len(f) == 5
	relative := len(f) == 7 && f[5] == "*"
	if !absolute && !relative || f[3] != "<=" {
		return gate{}, errors.New(`want "scenario metric server <= limit" or "scenario metric server <= factor * peer"`)
	}
	limit, err := strconv.ParseFloat(f[4], 64)
	if err != nil || !(limit > 0) || math.IsInf(limit, 1) {
		return gate{}, fmt.Errorf("limit %q is not a positive number", f[4])
	}
	if !slices.Contains(scenarioNames, f[0]) {
		return gate{}, fmt.Errorf("unknown scenario %q", f[0])
	}
	g := gate{scenario: f[0], metric: f[1], server: f[2], limit: limit}
	if relative {
		g.peer = f[6]
	}
	return g, nil
}

// check compares medians over the rounds. A run that failed or a figure that is missing fails the gate: err says which.
func (g gate) check(rs []result) (value, limit, peer float64, err error) {
	if value, err = medianOf(rs, g.scenario, g.server, g.metric); err != nil {
		return 0, 0, 0, err
	}
	if g.peer == "" {
		return value, g.limit, 0, nil
	}
	if peer, err = medianOf(rs, g.scenario, g.peer, g.metric); err != nil {
		return value, 0, 0, err
	}
	return value, g.limit * peer, peer, nil
}

// printGates prints a line for each gate and tells whether all hold.
func printGates(w io.Writer, gs []gate, rs []result) (ok bool, err error) {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	ok = true
	for _, g := range gs {
		value, limit, peer, err := g.check(rs)
		verdict := "PASS"
		if err != nil || !(value <= limit) {
			verdict, ok = "FAIL", false
		}
		fmt.Fprintf(tw, "%s\t%s.%s\t%s", verdict, g.scenario, g.metric, g.server)
		switch {
		case err != nil:
			fmt.Fprintf(tw, "\t%v", err)
		case g.peer == "":
			fmt.Fprintf(tw, "\t%s\t<= %s", number(value), number(limit))
		default:
			fmt.Fprintf(tw, "\t%s\t<= %s\t= %v * %s %s", number(value), number(limit), g.limit, g.peer, number(peer))
		}
		fmt.Fprintln(tw)
	}
	return ok, tw.Flush()
}
