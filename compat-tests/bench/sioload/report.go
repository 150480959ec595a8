// report.go: the table of medians, and numbers as text.

package main

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// number prints about three digits.
func number(v float64) string {
	switch {
	case v != 0 && v < 10 && v > -10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case v < 100 && v > -100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	default:
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
}

// group is the runs of one scenario in one variant.
type group struct {
	variant, scenario string
	servers           []string
	values            map[string]map[string][]float64 // by server and metric, one value a round
	errs              map[string]string               // the last one of each server
}

// groups sorts results into groups, in order of appearance.
func groups(rs []result) []*group {
	var gs []*group
	for _, r := range rs {
		i := slices.IndexFunc(gs, func(g *group) bool { return g.variant == r.Variant && g.scenario == r.Scenario })
		if i < 0 {
			i = len(gs)
			gs = append(gs, &group{variant: r.Variant, scenario: r.Scenario, values: map[string]map[string][]float64{}, errs: map[string]string{}})
		}
		gs[i].add(r)
	}
	return gs
}

func (g *group) add(r result) {
	m := g.values[r.Server]
	if m == nil {
		m = map[string][]float64{}
		g.values[r.Server] = m
		g.servers = append(g.servers, r.Server)
	}
	if r.Err != "" {
		g.errs[r.Server] = r.Err
		return
	}
	for k, v := range r.Metrics {
		m[k] = append(m[k], v)
	}
}

// metrics lists the chief ones first, then all others by name.
func (g *group) metrics() []string {
	var rest []string
	for _, s := range g.servers {
		for m := range g.values[s] {
			if !slices.Contains(heads[g.scenario], m) && !slices.Contains(rest, m) {
				rest = append(rest, m)
			}
		}
	}
	slices.Sort(rest)
	return slices.Concat(heads[g.scenario], rest)
}

// cell is a median and, from two rounds on, the spread (max-min)/median in percent.
func (g *group) cell(server, metric string) string {
	v := g.values[server][metric]
	if len(v) == 0 {
		return "-"
	}
	m := median(v)
	s := number(m)
	if len(v) > 1 && m != 0 {
		s += fmt.Sprintf(" (%.0f)", (slices.Max(v)-slices.Min(v))/max(m, -m)*100)
	}
	return s
}

// printTable prints medians, a column for each server, a block for each scenario and variant.
func printTable(w io.Writer, rs []result, markdown bool) error {
	var b bytes.Buffer
	for _, g := range groups(rs) {
		if markdown {
			g.markdown(&b)
		} else {
			g.text(&b)
		}
		for _, s := range g.servers {
			if e := g.errs[s]; e != "" {
				fmt.Fprintf(&b, "- %s: %s\n", s, e)
			}
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (g *group) text(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n== %s (%s) ==\n%-28s", g.scenario, g.variant, "metric")
	for _, s := range g.servers {
		fmt.Fprintf(b, "%20s", s)
	}
	b.WriteByte('\n')
	for _, m := range g.metrics() {
		fmt.Fprintf(b, "%-28s", m)
		for _, s := range g.servers {
			fmt.Fprintf(b, "%20s", g.cell(s, m))
		}
		b.WriteByte('\n')
	}
}

func (g *group) markdown(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n### %s (%s)\n\nMedian, in brackets (max-min)/median in %%.\n\n| metric | %s |\n|---|%s\n",
		g.scenario, g.variant, strings.Join(g.servers, " | "), strings.Repeat("---:|", len(g.servers)))
	for _, m := range g.metrics() {
		fmt.Fprintf(b, "| %s |", m)
		for _, s := range g.servers {
			fmt.Fprintf(b, " %s |", g.cell(s, m))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
}
