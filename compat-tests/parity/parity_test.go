// parity_test.go: every row is a subtest, and every subtest a row.

package parity

import (
	"os"
	"testing"
)

// tests are the subtests by the IDs of their rows.
var tests = map[string]func(t *testing.T){}

// prove adds the subtests of one file.
func prove(list map[string]func(t *testing.T)) bool {
	for id, f := range list {
		if tests[id] != nil {
			panic("two tests of the row " + id)
		}
		tests[id] = f
	}
	return true
}

// Test runs the rows, as Test/parity/<row>.
func Test(t *testing.T) {
	rows := map[string]bool{}
	t.Run("parity", func(t *testing.T) {
		for _, a := range Areas() {
			for _, r := range a.Rows {
				rows[r.ID] = true
				run(t, r)
			}
		}
	})
	for id := range tests {
		if !rows[id] {
			t.Errorf("the test %s has no row", id)
		}
	}
}

func run(t *testing.T, r Row) {
	f := tests[r.ID]
	if r.Waiting != "" && f == nil {
		f = func(t *testing.T) {
			if os.Getenv("EVERWIRE_PARITY_WAITING") == "" {
				t.Errorf("the row waits for %s", r.Waiting)
			}
		}
	}
	if f == nil {
		t.Errorf("the row %s has no test", r.ID)
		return
	}
	t.Run(r.ID, func(t *testing.T) {
		t.Parallel()
		t.Cleanup(func() {
			if t.Skipped() {
				t.Errorf("a row that is skipped is not proved")
			}
		})
		f(t)
	})
}
