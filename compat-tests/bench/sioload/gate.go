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
//	scenario metric server <= 1.5 * peer:other-scenario aim 1.3
type gate struct {
	scenario, metric, server string
	limit                    float64 // of the metric, or the factor when there is a peer
	aim                      float64 // what would be better still; 0: nothing
	peer                     string  // "": the limit is absolute
	peerScenario             string  // of the peer's figure
}

func (g gate) String() string {
	s := fmt.Sprintf("%s %s %s <= %v", g.scenario, g.metric, g.server, g.limit)
	if g.peer != "" {
		s += " * " + g.peerName()
	}
	return s
}

// peerName is how the gate file names the peer.
func (g gate) peerName() string {
	if g.peerScenario == g.scenario {
		return g.peer
	}
	return g.peer + ":" + g.peerScenario
}

// servers is whose figures the gate reads.
func (g gate) servers() []string {
	if g.peer == "" {
		return []string{g.server}
	}
	return []string{g.server, g.peer}
}

func (g gate) needs(scenario, server string) bool {
	return g.scenario == scenario && g.server == server || g.peerScenario == scenario && g.peer == server
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

func parseGate(f []string) (g gate, err error) {
	if len(f) < 5 || f[3] != "<=" {
		return gate{}, errors.New(`want "scenario metric server <= limit", and perhaps "* peer" and "aim limit"`)
	}
	g = gate{scenario: f[0], metric: f[1], server: f[2]}
	rest := f[5:]
	if len(rest) >= 2 && rest[0] == "*" {
		var other bool
		if g.peer, g.peerScenario, other = strings.Cut(rest[1], ":"); !other {
			g.peerScenario = g.scenario
		}
		rest = rest[2:]
	}
	if len(rest) == 2 && rest[0] == "aim" {
		if g.aim, err = parseLimit(rest[1]); err != nil {
			return gate{}, err
		}
		rest = nil
	}
	if len(rest) > 0 {
		return gate{}, fmt.Errorf("%q is neither %q nor %q", strings.Join(rest, " "), "* peer", "aim limit")
	}
	for _, name := range []string{g.scenario, g.peerScenario} {
		if name != "" && !slices.Contains(scenarioNames, name) {
			return gate{}, fmt.Errorf("unknown scenario %q", name)
		}
	}
	g.limit, err = parseLimit(f[4])
	return g, err
}

func parseLimit(text string) (float64, error) {
	limit, err := strconv.ParseFloat(text, 64)
	if err != nil || !(limit > 0) || math.IsInf(limit, 1) {
		return 0, fmt.Errorf("limit %q is not a positive number", text)
	}
	return limit, nil
}

// check compares medians over the rounds. A run that failed or a figure that is missing fails the gate: err says which.
func (g gate) check(rs []result) (value, limit, peer float64, err error) {
	if value, err = medianOf(rs, g.scenario, g.server, g.metric); err != nil {
		return 0, 0, 0, err
	}
	if g.peer == "" {
		return value, g.limit, 0, nil
	}
	if peer, err = medianOf(rs, g.peerScenario, g.peer, g.metric); err != nil {
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
			fmt.Fprintf(tw, "\t%s\t<= %s%s", number(value), number(limit), g.aimed(value))
		default:
			fmt.Fprintf(tw, "\t%s\t<= %s\t= %v * %s %s%s", number(value), number(limit), g.limit, g.peerName(), number(peer),
				g.aimed(value/peer))
		}
		fmt.Fprintln(tw)
	}
	return ok, tw.Flush()
}

// aimed says whether a figure, or a factor, is as good as hoped for.
func (g gate) aimed(reached float64) string {
	switch {
	case g.aim == 0:
		return ""
	case reached <= g.aim:
		return fmt.Sprintf("\taim %v reached: %s", g.aim, number(reached))
	}
	return fmt.Sprintf("\taim %v missed: %s", g.aim, number(reached))
}
