// table.go: how the cells are printed, and which of them fail the test.

package interop

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// failed marks a red cell.
const failed = "FAILED"

// report prints the table and the reasons below it, and fails the test for what is red.
func report(t *testing.T, columns []*column) {
	t.Helper()
	rows := features(columns)
	t.Log(table(rows, columns) + notes(rows, columns))
	for _, c := range columns {
		if c.broken != nil {
			t.Errorf("%s: the program: %v", c.title(), c.broken)
		}
	}
	for _, row := range rows {
		for _, c := range columns {
			if why := c.failure(row); why != "" {
				t.Errorf("%s %s, %s: %s", failed, row, c.title(), why)
			}
		}
	}
}

// features are the rows: the features of the first column, in its order, then those that only others told of.
func features(columns []*column) []string {
	var rows []string
	for _, c := range columns {
		for _, name := range c.order {
			if !slices.Contains(rows, name) {
				rows = append(rows, name)
			}
		}
	}
	return rows
}

// failure says why a cell is red; empty if it is not.
func (c *column) failure(row string) string {
	cell, ran := c.cells[row]
	switch {
	case !ran:
		return "the program did not run it"
	case cell.OK, cell.Error == "" && (cell.Absent != "" || cell.Pending != ""):
		return ""
	case cell.Error == "":
		return "the program did not say how it ended"
	}
	return cell.Error
}

func (c *column) text(row string) string {
	cell := c.cells[row]
	switch {
	case c.failure(row) != "":
		return failed
	case cell.Absent != "":
		return cell.Absent
	case cell.Pending != "":
		return "pending"
	}
	return "ok"
}

func table(rows []string, columns []*column) string {
	var b strings.Builder
	width := len("feature")
	for _, row := range rows {
		width = max(width, len(row))
	}
	line := func(first string, cell func(*column) string) {
		fmt.Fprintf(&b, "%-*s", width, first)
		for _, c := range columns {
			fmt.Fprintf(&b, "  %-10s", cell(c))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	line("", func(c *column) string { return c.client })
	line("feature", func(c *column) string { return c.transport })
	for _, row := range rows {
		line(row, func(c *column) string { return c.text(row) })
	}
	return b.String()
}

// notes says of each cell that is not "ok" why: one line for all columns of a row with the same reason.
func notes(rows []string, columns []*column) string {
	var b strings.Builder
	counts := map[string]int{}
	for _, row := range rows {
		var whys []string
		where := map[string][]string{}
		for _, c := range columns {
			why := c.note(row)
			counts[c.text(row)]++
			if why == "" {
				continue
			}
			if where[why] == nil {
				whys = append(whys, why)
			}
			where[why] = append(where[why], c.title())
		}
		for _, why := range whys {
			fmt.Fprintf(&b, "%s: %s (%s)\n", row, why, strings.Join(where[why], ", "))
		}
	}
	fmt.Fprintf(&b, "%d features, %d columns: %d cells", len(rows), len(columns), len(rows)*len(columns))
	for _, text := range sorted(counts) {
		fmt.Fprintf(&b, ", %d %s", counts[text], text)
	}
	return b.String()
}

func (c *column) note(row string) string {
	cell := c.cells[row]
	switch {
	case c.failure(row) != "": // told as an error of the test
	case cell.Absent != "":
		return cell.Absent + ": " + cell.Reason
	case cell.Pending != "":
		return "pending: " + cell.Pending
	}
	return ""
}

// sorted are the texts of cells, the good ones first.
func sorted(counts map[string]int) []string {
	var texts []string
	for text := range counts {
		if text != "ok" && text != failed {
			texts = append(texts, text)
		}
	}
	slices.Sort(texts)
	return slices.Concat([]string{"ok"}, texts, []string{failed})
}
