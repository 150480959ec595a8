// document.go: docs/parity.md.

package parity

import (
	"bytes"
	"fmt"
	"strings"
)

const preface = `# Parity with the Socket.IO server

What the server of Socket.IO 4.8 has, and what Everwire has in its place: every option, method, event and rule of the wire.
Each row is proved by a subtest of its name, through the API or on the wire; where the same behaviour is also checked
against the official server, the rows of ` + "`compat-tests/wire`" + ` are named below the table.

`

const howTo = `
    cd compat-tests
    go test ./parity                                           # all rows
    go test -v -run 'Test/parity/server-to$' ./parity          # one row
    EVERWIRE_CONTROL=1 go test -v -run Control ./wire          # the rows of the wire against the official server

This page is generated: change the rows in ` + "`compat-tests/parity`" + ` and run ` + "`go generate ./parity`" + ` there.
`

// Document returns docs/parity.md.
func Document() []byte {
	var b bytes.Buffer
	b.WriteString(preface)
	areas := Areas()
	b.WriteString(summary(areas) + "\n")
	b.WriteString(howTo)
	for _, a := range areas {
		a.write(&b)
	}
	return b.Bytes()
}

// summary is one line with the counts.
func summary(areas []Area) string {
	counts, total, official := map[Status]int{}, 0, 0
	for _, a := range areas {
		for _, r := range a.Rows {
			counts[r.shown()]++
			total++
			if len(r.Wire) > 0 {
				official++
			}
		}
	}
	line := fmt.Sprintf("**%d rows: %d the same, %d different by choice, %d left out", total, counts[Same], counts[ByChoice], counts[LeftOut])
	if n := counts[waits]; n > 0 {
		line += fmt.Sprintf(", %d waiting for their feature", n)
	}
	return line + fmt.Sprintf(".** %d of them are also checked against the official server.", official)
}

// waits is shown in the place of the status of a row that waits.
const waits Status = "waiting"

func (r Row) shown() Status {
	if r.Waiting != "" {
		return waits
	}
	return r.Status
}

func (a Area) write(b *bytes.Buffer) {
	fmt.Fprintf(b, "\n## %s\n\n", a.Name)
	if a.Intro != "" {
		fmt.Fprintf(b, "%s\n\n", a.Intro)
	}
	b.WriteString("| Row | Socket.IO | Everwire | |\n|---|---|---|---|\n")
	for _, r := range a.Rows {
		ours := r.Ours
		if r.Why != "" {
			ours += "<br>*" + r.Why + "*"
		}
		fmt.Fprintf(b, "| `%s` | %s | %s | %s |\n", r.ID, cell(r.Upstream), cell(ours), r.shown())
	}
	a.writeWire(b)
}

// writeWire names the rows that the official server meets too.
func (a Area) writeWire(b *bytes.Buffer) {
	var lines []string
	for _, r := range a.Rows {
		if len(r.Wire) > 0 {
			lines = append(lines, fmt.Sprintf("`%s`: %s", r.ID, strings.Join(r.Wire, "; ")))
		}
	}
	if len(lines) > 0 {
		fmt.Fprintf(b, "\n<details><summary>Also checked against the official server</summary>\n\n- %s\n\n</details>\n", strings.Join(lines, "\n- "))
	}
}

// cell keeps the table's own character out of a cell.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
