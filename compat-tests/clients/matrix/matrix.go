// Package matrix runs foreign clients against the server, all at once, and prints what they can do with it: one table
// of features by clients and transports, with the reason of each cell that is not "ok" below it.
//
// A client is a program that prints a line of JSON for each feature, a [Cell].
package matrix

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// patience is how long a column may take. The programs have a deadline for each feature, so this one is met only by a
// program that hangs.
const patience = 4 * time.Minute

// A Column is one client over one transport.
type Column struct {
	Client    string
	Transport string
	Command   []string
	Env       []string // beside that of the test, as in os.Environ

	cells  map[string]Cell
	order  []string
	broken error // of the program, if it did not end as it should
}

// A Cell is what a feature came to. One of OK, Error, Absent and Pending is set.
type Cell struct {
	Name    string `json:"name"`
	OK      bool   `json:"ok"`
	Error   string `json:"error"`   // the feature failed
	Absent  string `json:"absent"`  // the client does not have the feature: the text of the cell
	Reason  string `json:"reason"`  // why it does not
	Pending string `json:"pending"` // what the server has not got yet
}

// Run runs the programs of all columns, prints the table and fails the test for each red cell.
func Run(t *testing.T, columns ...*Column) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var wg sync.WaitGroup
	for _, c := range columns {
		wg.Go(func() { c.run(ctx) })
	}
	wg.Wait()
	report(t, columns)
}

// run runs the program and keeps the cells that it prints.
func (c *Column) run(ctx context.Context) {
	c.cells = map[string]Cell{}
	c.broken = Lines(ctx, c.Command, c.Env, func(line []byte) {
		var cell Cell
		if err := json.Unmarshal(line, &cell); err != nil {
			cell = Cell{Name: "output of the program", Error: string(line)}
		}
		if _, twice := c.cells[cell.Name]; twice {
			cell = Cell{Name: cell.Name, Error: "the program told of it twice"}
		} else {
			c.order = append(c.order, cell.Name)
		}
		c.cells[cell.Name] = cell
	})
	if c.broken == nil && len(c.order) == 0 {
		c.broken = errors.New("no feature ran")
	}
}

// Lines runs a program and hands over each line that it prints. Programs end with ctx at the latest.
func Lines(ctx context.Context, command, env []string, each func(line []byte)) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	if err := lines.Err(); err != nil {
		return errors.Join(err, cmd.Cancel(), cmd.Wait())
	}
	err = cmd.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// title is the name of the column where it stands alone.
func (c *Column) title() string { return c.Client + " over " + c.Transport }
