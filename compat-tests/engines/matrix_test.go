// matrix_test.go: every engine, every transport, every check.

package engines

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/everwire/everwire/compat-tests/interop"
)

// messages is how many numbers go each way in the check of their order.
const messages = 1000

// A cell is what page.js says of one check.
type cell struct {
	Case, Check, Transport string
	Wrong                  []string
	MS                     int
}

// A row is one engine in the table.
type row struct {
	engine   engine
	can      abilities
	agent    string
	cells    map[string]map[string]cell // by scene and check
	altered  alterations
	problems []string
	took     time.Duration
	skipped  bool
}

func TestMatrix(t *testing.T) {
	interop.NeedsClients(t)
	var mu sync.Mutex // guards rows
	rows := map[string]*row{}
	t.Run("engines", func(t *testing.T) {
		for _, e := range selected() {
			t.Run(e.name, func(t *testing.T) {
				t.Parallel()
				r := &row{engine: e, cells: map[string]map[string]cell{}}
				mu.Lock()
				rows[e.name] = r
				mu.Unlock()
				t.Cleanup(func() { r.skipped = t.Skipped() })
				r.run(t)
				r.check(t)
			})
		}
	})
	t.Log(table(rows))
}

// selected are the engines of this run.
func selected() []engine {
	all := os.Getenv("EVERWIRE_BROWSERS") == "all"
	return slices.DeleteFunc(slices.Clone(engines), func(e engine) bool { return e.more && !all })
}

func (e engine) job() job {
	return job{
		File: cmp.Or(e.file, build), Messages: messages, Patience: cmp.Or(e.patience, patience).Milliseconds(),
	}
}

// run opens the page and takes its reports.
func (r *row) run(t *testing.T) {
	s := newSite(t, r.engine.job())
	s.cases = abilities.scenes
	began := time.Now()
	b := launchBrowser(t, r.engine, s.web.URL+"/")
	quiet := time.Minute + time.Duration(s.job.Patience)*time.Millisecond
	if err := s.await(b, quiet, func(one report) { assert.NoError(t, r.take(one)) }); err != nil {
		r.problems = append(r.problems, err.Error())
	}
	r.took = time.Since(began)
}

func (r *row) take(one report) error {
	switch one.Kind {
	case "agent":
		return json.Unmarshal(one.Value, &r.agent)
	case "can":
		return json.Unmarshal(one.Value, &r.can)
	case "altered":
		return json.Unmarshal(one.Value, &r.altered)
	case "cell":
		var c cell
		err := json.Unmarshal(one.Value, &c)
		if r.cells[c.Case] == nil {
			r.cells[c.Case] = map[string]cell{}
		}
		r.cells[c.Case][c.Check] = c
		return err
	}
	r.problems = append(r.problems, one.Kind+": "+string(one.Value))
	return nil
}

// check fails the test for what is red.
func (r *row) check(t *testing.T) {
	assert.Empty(t, r.problems)
	assert.ElementsMatch(t, r.engine.lacks, r.can.lacks(), "what the engine lacks")
	for _, s := range r.can.scenes() {
		for _, step := range s.Steps {
			c, ran := r.cells[s.Name][step.Check]
			if assert.True(t, ran, "%s, %s did not come to its end", s.Name, step.Check) {
				assert.Empty(t, c.Wrong, "%s, %s", s.Name, step.Check)
				assert.Equal(t, step.Then, c.Transport, "%s, %s", s.Name, step.Check)
			}
		}
	}
}

// text is what stands in the cell of a scene and a step.
func (r *row) text(s scene, step step) string {
	c, ran := r.cells[s.Name][step.Check]
	switch {
	case !ran, len(c.Wrong) > 0, c.Transport != step.Then:
		return "FAILED"
	case step.Check == "binary" && !r.can.Arrays:
		return "as base64"
	case s.Name == "swap":
		return "ok, to " + c.Transport
	}
	return "ok"
}

func table(rows map[string]*row) string {
	var b strings.Builder
	line := func(cells ...string) {
		fmt.Fprintf(&b, "\n%-24s%-12s", cells[0], cells[1])
		for _, c := range cells[2:] {
			fmt.Fprintf(&b, "%-18s", c)
		}
	}
	line(append(append([]string{"engine", "transports"}, checks...), "seconds")...)
	for _, e := range selected() {
		r := rows[e.name]
		switch {
		case r == nil:
			continue
		case r.skipped:
			line(e.name, "", "not run: see above")
			continue
		case len(r.cells) == 0:
			line(e.name, "", "FAILED: "+cmp.Or(strings.Join(r.problems, "; "), "see above"))
			continue
		}
		for _, name := range sceneNames {
			if why := r.can.cannot(name); why != "" {
				line(e.name, name, "n/a: "+why)
			} else {
				line(append([]string{e.name, name}, r.texts(name)...)...)
			}
		}
	}
	b.WriteString("\n\nEach check of \"swap\" ends on another transport of the same session, which changes in the middle of it. Without\n" +
		"typed arrays the page gets bytes as base64, and has none to send. Texts that the engine itself changes are left out.\n")
	for _, e := range selected() {
		if r := rows[e.name]; r != nil && !r.skipped {
			fmt.Fprintf(&b, "\n%-24s%5.1f s  %s%s", e.name, r.took.Seconds(), oneLine(r.agent), r.altered)
		}
	}
	return b.String()
}

// alterations are the texts that a POST changes, or its answer, by the engine's own doing.
type alterations struct{ Posts, Answers []string }

func (a alterations) String() string {
	text := ""
	for _, one := range []struct {
		what  string
		texts []string
	}{{"POSTs", a.Posts}, {"answers", a.Answers}} {
		if len(one.texts) > 0 {
			text += fmt.Sprintf("; its %s change %d of %d texts, as %+q", one.what, len(one.texts), len(exactly()), one.texts[len(one.texts)/2])
		}
	}
	return text
}

// texts are the cells of a scene.
func (r *row) texts(name string) (texts []string) {
	_, cells := r.can.runs()
	ms := 0
	for _, s := range r.can.scenes() {
		if s.Name != name {
			continue
		}
		for _, step := range s.Steps {
			cells[step.Check] = r.text(s, step)
			ms += r.cells[name][step.Check].MS
		}
	}
	for _, check := range checks {
		texts = append(texts, cells[check])
	}
	return append(texts, fmt.Sprintf("%.1f", float64(ms)/1000))
}
