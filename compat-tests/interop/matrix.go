// Package interop runs clients of others against the server, all at once, and prints what they can do with it: one
// table of features by clients and transports, with the reason of each cell that is not "ok" below it. It also starts
// the official server, the control, which proves what the features expect.
//
// A client is a program that prints a line of JSON for each feature, a [Cell]. Those in Node share harness.mjs, the
// official servers share official.mjs.
package interop

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"
)

// patience is how long a column may take. The programs have a deadline for each feature, so this one is met only by a
// program that hangs.
const patience = 4 * time.Minute

// transports are the columns of each client: what it begins with, or that it begins with polling and upgrades.
var transports = []string{"polling", "websocket", "upgrade"}

// A column is one client over one transport.
type column struct {
	client    string
	transport string
	program   Program

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

// Run runs the programs of all clients over all transports, prints the table and fails the test for each red cell.
// program tells what to run; it starts a server for it.
func Run(t *testing.T, clients []string, program func(client, transport string) Program) {
	t.Helper()
	RunOver(t, clients, transports, program)
}

// RunOver is Run over the transports named, for clients that know others.
func RunOver(t *testing.T, clients, transports []string, program func(client, transport string) Program) {
	t.Helper()
	var columns []*column
	for _, client := range clients {
		for _, transport := range transports {
			columns = append(columns, &column{client: client, transport: transport, program: program(client, transport)})
		}
	}
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
func (c *column) run(ctx context.Context) {
	c.cells = map[string]Cell{}
	c.broken = c.program.Lines(ctx, func(line []byte) {
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

// title is the name of the column where it stands alone.
func (c *column) title() string { return c.client + " over " + c.transport }
